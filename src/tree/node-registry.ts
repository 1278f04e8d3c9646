import { keyOf, type Node } from "./node";

/**
 * The nodes of the rows that VS Code has: a row keeps its node for as long as it is listed, so that it can be drawn again
 * alone, and its expansion and selection survive.
 */
export class NodeRegistry {
  readonly #nodes = new Map<string, Node>();
  /** The children of each row that VS Code has; the root is the empty key. */
  readonly #below = new Map<string, readonly Node[]>();

  /** @param onForget is called for each node whose row is gone. */
  constructor(private readonly onForget: (node: Node) => void) {}

  /** The node of a row: the one that it has, or `created`. */
  interned(created: Node): Node {
    const key = keyOf(created);
    const existing = this.#nodes.get(key);
    if (existing !== undefined) {
      return existing;
    }
    this.#nodes.set(key, created);
    return created;
  }

  /** The node that a row has; undefined where it is not listed. */
  find(node: Node): Node | undefined {
    return this.#nodes.get(keyOf(node));
  }

  /** Notes what is below a row now (undefined: the root), and forgets the nodes that are not any more. */
  keep(parent: Node | undefined, children: readonly Node[]): void {
    const key = parent === undefined ? "" : keyOf(parent);
    const stay = new Set(children);
    for (const node of this.#below.get(key) ?? []) {
      if (!stay.has(node)) {
        this.#forget(node);
      }
    }
    if (children.length > 0) {
      this.#below.set(key, children);
    } else {
      this.#below.delete(key);
    }
  }

  #forget(node: Node): void {
    const key = keyOf(node);
    if (this.#nodes.get(key) === node) {
      this.#nodes.delete(key);
    }
    this.onForget(node);
    this.keep(node, []);
  }
}
