import type * as vscode from "vscode";
import type { Node } from "../../src/tree/node";
import { TreeItemCollapsibleState } from "./vscode";

/**
 * What VS Code draws of a tree, as its extension host asks for it (`extHostTreeViews.ts`): a node that is fired is drawn
 * again with what is expanded below it, the root with everything.
 */
export class DrawnTree {
  readonly #provider: vscode.TreeDataProvider<Node>;
  /** The children of what is expanded. */
  readonly #below = new Map<Node | undefined, readonly Node[]>();
  readonly #drawn = new Set<Node>();
  readonly items = new Map<Node, vscode.TreeItem>();
  /** How often `getTreeItem` was called. */
  asked = 0;
  /** The most rows that were handed over at once. */
  most = 0;

  constructor(provider: vscode.TreeDataProvider<Node>) {
    this.#provider = provider;
    provider.onDidChangeTreeData?.((nodes) => this.#refresh(Array.isArray(nodes) ? nodes : undefined));
    this.#expand(undefined);
  }

  get rows(): number {
    return this.#drawn.size;
  }

  childrenOf(node: Node | undefined): readonly Node[] {
    return this.#below.get(node) ?? [];
  }

  expand(node: Node): void {
    this.#expand(node);
  }

  #refresh(nodes: readonly Node[] | undefined): void {
    if (nodes === undefined) {
      this.#drawn.clear();
      this.#below.clear();
      this.#expand(undefined);
      return;
    }
    for (const node of nodes.filter((one) => this.#drawn.has(one))) {
      this.#draw(node);
    }
  }

  #draw(node: Node): void {
    this.asked++;
    const item = this.#provider.getTreeItem(node) as vscode.TreeItem;
    this.items.set(node, item);
    const isNew = !this.#drawn.has(node);
    this.#drawn.add(node);
    if (this.#below.has(node) || (isNew && item.collapsibleState === TreeItemCollapsibleState.Expanded)) {
      this.#expand(node);
    }
  }

  #expand(node: Node | undefined): void {
    const children = (this.#provider.getChildren(node) ?? []) as Node[];
    for (const gone of this.#below.get(node)?.filter((one) => !children.includes(one)) ?? []) {
      this.#drawn.delete(gone);
    }
    this.#below.set(node, children);
    this.most = Math.max(this.most, children.length);
    for (const child of children) {
      this.#draw(child);
    }
  }
}
