/** Why a task is frozen: what each value of its order's status means, and what helps. */
import type { Bilingual } from "../l10n/bilingual";

/** One row of the table. */
export interface FreezeRow {
  /** The values of `period_order.status` (SDK, `PeriodOrderResp`). */
  readonly api: readonly string[];
  /** A word or two for a row of the list. */
  readonly name: Bilingual;
  /** The cause as half a sentence, after "9 tasks are frozen: ". */
  readonly cause: Bilingual;
  readonly meaning: Bilingual;
  readonly remedy: Bilingual;
}

export const freezes = {
  arrears: {
    // `FROZEN` alone is v5's, and the local backend's.
    api: ["FROZEN_CAN_RENEW", "FROZEN"],
    name: { en: "in arrears", zh: "欠费" },
    cause: { en: "the account's balance is used up", zh: "账户余额已用尽" },
    meaning: {
      en: "The account's balance is 0 or less, and the system froze the user's instances.",
      zh: "账户余额小于或等于 0，系统冻结了用户的实例。",
    },
    remedy: {
      en: "Top up the account. The service unfreezes its instances when the balance is above 0, and their tasks continue by themselves. An order by month or year may have to be renewed.",
      zh: "请为账户充值。余额大于 0 后，服务会解冻其实例，任务自动继续。包年/包月订单可能需要续费。",
    },
  },
  expired: {
    api: ["FROZEN_CAN_RENEW_FREE"],
    name: { en: "order ended", zh: "订单已到期" },
    cause: { en: "their orders have ended", zh: "订单已到期" },
    meaning: {
      en: "The order has ended without being renewed, and the system froze the instance. It is kept only for a time.",
      zh: "订单到期未续费，系统冻结了实例。实例只保留一段时间。",
    },
    remedy: {
      en: "Renew the order in the console to continue, or end the task there. A top-up alone does not renew it.",
      zh: "请在控制台续费订单以继续，或在控制台结束任务。仅充值不会续费订单。",
    },
  },
  endable: {
    api: ["FROZEN_CAN_FREE"],
    name: { en: "can only be ended", zh: "只能结束" },
    cause: { en: "they can only be ended", zh: "任务只能结束" },
    meaning: {
      en: "The instance is frozen and cannot be renewed any more. It can only be ended.",
      zh: "实例已冻结且不能再续费，只能结束。",
    },
    remedy: {
      en: "Neither a top-up nor a renewal helps. End the task in the console, and create a new one if its data is still needed.",
      zh: "充值和续费均无效。请在控制台结束任务；如仍需同步数据，请新建任务。",
    },
  },
  unsubscribable: {
    api: ["FROZEN_CAN_UNSUBSCRIBE"],
    name: { en: "can only be unsubscribed", zh: "只能退订" },
    cause: { en: "their orders can only be unsubscribed from", zh: "订单只能退订" },
    meaning: {
      en: "The instance is frozen, and its order can only be unsubscribed from.",
      zh: "实例已冻结，其订单只能退订。",
    },
    remedy: {
      en: "Neither a top-up nor a renewal helps. Unsubscribe from the order in the console, and create a new task if its data is still needed.",
      zh: "充值和续费均无效。请在控制台退订订单；如仍需同步数据，请新建任务。",
    },
  },
  police: {
    api: ["FROZEN_POLICE"],
    name: { en: "by the police", zh: "公安冻结" },
    cause: { en: "the police had them frozen", zh: "被公安冻结" },
    meaning: {
      en: "The instance was frozen at the request of the police.",
      zh: "实例被公安冻结。",
    },
    remedy: {
      en: "Neither a top-up nor a renewal helps. Contact the service's support.",
      zh: "充值和续费均无效，请联系服务支持。",
    },
  },
  refused: {
    api: [],
    name: { en: "the service refuses calls", zh: "服务拒绝操作" },
    cause: {
      en: "the service refuses calls because of a freeze or arrears",
      zh: "服务因冻结或欠费拒绝操作",
    },
    meaning: {
      en: "The service refused a call because the task is frozen or the account is in arrears. The task's status does not say so.",
      zh: "服务因任务冻结或账户欠费拒绝了操作，任务状态未体现冻结。",
    },
    remedy: {
      en: "Check the account's balance and the task in the console. Top up the account if it is in arrears, then refresh.",
      zh: "请在控制台查看账户余额和任务。如已欠费，请充值后刷新。",
    },
  },
  other: {
    api: [],
    name: { en: "reason unknown", zh: "原因未知" },
    cause: { en: "for a reason that this version does not recognize", zh: "原因未能识别" },
    meaning: {
      en: "The order of the task is frozen for a reason that this version does not recognize. It is shown as received.",
      zh: "任务的订单已冻结，此版本不认识其原因，按原样显示。",
    },
    remedy: {
      en: "Look up the order in the console.",
      zh: "请在控制台查看订单。",
    },
  },
} as const satisfies Record<string, FreezeRow>;

export type FreezeId = keyof typeof freezes;

export const freezeIds = Object.keys(freezes) as readonly FreezeId[];

/** The row of a freeze. */
export function freezeRow(id: FreezeId): FreezeRow {
  return freezes[id];
}

const idByOrder: ReadonlyMap<string, FreezeId> = new Map(
  freezeIds.flatMap((id) => freezeRow(id).api.map((value) => [value, id] as const)),
);

/** Whether an order's status marks a frozen instance. @param orderStatus in capitals. */
export function isFrozenOrder(orderStatus: string): boolean {
  return /^FROZEN(_|$)/.test(orderStatus);
}

/** Why an order is frozen; where its status does not say so, the task's own does. @param orderStatus in capitals. */
export function freezeOf(orderStatus: string): FreezeId {
  return isFrozenOrder(orderStatus) ? (idByOrder.get(orderStatus) ?? "other") : "arrears";
}
