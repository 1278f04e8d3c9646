import * as v from "valibot";
import type { Localizer } from "../l10n/localizer";
import type { LocalAccess } from "./access";
import { callControlApi } from "./control-api";

const account = v.object({ account: v.string(), balance: v.number() });
const accountsSchema = v.object({ accounts: v.array(account) });

/** The accounts of the local backend whose balance is used up, so that their tasks are frozen. @throws Error as `callControlApi` does. */
export async function emptyAccounts(local: LocalAccess, l10n: Localizer): Promise<readonly string[]> {
  const call = { path: "/_local/account", schema: accountsSchema } as const;
  const { accounts } = await callControlApi(local, call, l10n);
  return accounts.flatMap(({ account: id, balance }) => (balance <= 0 ? [id] : []));
}

/** Sets the balance of an account; more than 0 unfreezes its tasks. @throws Error as `callControlApi` does. */
export async function setBalance(
  local: LocalAccess,
  body: v.InferOutput<typeof account>,
  l10n: Localizer,
): Promise<void> {
  const call = { path: "/_local/account", body, schema: account } as const;
  await callControlApi(local, call, l10n);
}
