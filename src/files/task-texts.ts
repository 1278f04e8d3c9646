import { ReadOnlyTexts } from "../screen/read-only-texts";

/** Tasks as task files, with which files are compared. */
export const taskTexts = new ReadOnlyTexts("drs-task");
