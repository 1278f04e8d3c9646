/** A text in both languages of the extension. */
export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}
