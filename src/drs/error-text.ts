/** Failed calls in the user's words: what went wrong and what to do next. */

import type { Bilingual } from "../l10n/bilingual";
import { beginningOf, type Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { type Failure, type FailureKind, type Fault, isDrsError, isOfLocalBackend } from "./errors";
import { isFreezeRefusal } from "./freeze-refusal";

const remedies: Readonly<Record<FailureKind, Bilingual>> = {
  authentication: {
    en: "Check the access key, the secret key and this machine's clock, then connect again.",
    zh: "请检查访问密钥 ID（AK）、秘密访问密钥（SK）和本机时钟，然后重新连接。",
  },
  permission: {
    en: "Ask the account's administrator for the DRS permission this needs.",
    zh: "请向账号管理员申请所需的 DRS 权限。",
  },
  throttled: { en: "Wait a moment and try again.", zh: "请稍候再试。" },
  notFound: { en: "Refresh the list: the task may have been deleted.", zh: "请刷新列表，任务可能已被删除。" },
  illegalState: {
    en: "The task's status does not allow this now. Wait until it settles, then try again.",
    zh: "任务当前的状态不允许此操作。请等状态稳定后再试。",
  },
  validation: {
    en: "Correct what the service rejected, then try again.",
    zh: "请按服务返回的原因更正后再试。",
  },
  network: {
    en: "Check the connection, the proxy settings and the address.",
    zh: "请检查网络连接、代理设置和地址。",
  },
  timeout: {
    en: "Try again. If the problem persists, check the connection and the proxy settings.",
    zh: "请重试；如果问题仍然存在，请检查网络连接和代理设置。",
  },
  protocol: {
    en: "Check the address. The log contains the details.",
    zh: "请检查地址；详细信息见日志。",
  },
  service: {
    en: "Try again later. The log contains the request ID for the service's support.",
    zh: "请稍后再试；日志中有可提供给服务支持的请求 ID。",
  },
};

/** Faults whose remedy is another one than that of their kind. */
const remediesOfFaults: Partial<Readonly<Record<Fault, Bilingual>>> = {
  certificateUntrusted: {
    en: "If a company or a proxy signs certificates itself, add its CA to the system's certificates, which VS Code trusts (setting http.systemCertificates), or set the environment variable NODE_EXTRA_CA_CERTS to the CA's file and restart VS Code.",
    zh: "如果证书由公司或代理自行签发，请将其 CA 证书加入系统证书（VS Code 信任系统证书，见设置 http.systemCertificates），或在环境变量 NODE_EXTRA_CA_CERTS 中指定 CA 证书文件，然后重新启动 VS Code。",
  },
  certificateInvalid: {
    en: "Check the address and this machine's clock. If both are correct, the operator of the service must renew its certificate.",
    zh: "请检查地址和本机时钟；如均无误，需由服务的运维方更新证书。",
  },
  closed: {
    en: "If the task is still in the tree, try again there.",
    zh: "如果任务仍在树中，请在那里重试。",
  },
};

/** After a call that may have been carried out although no answer said so. */
const lookFirst: Bilingual = {
  en: "Check the task's status before repeating the action: it may have taken effect.",
  zh: "重复操作之前请先查看任务状态，操作可能已经生效。",
};

/** Faults in Chinese; a failure carries them in English. */
const faultsInChinese: Readonly<Record<Fault, (subject: string) => string>> = {
  connectionRefused: (host) => `${host} 上没有服务在监听`,
  foreignProgram: (host) => `在 ${host} 监听的不是本地后端，而是其他程序；未向其发送任何内容`,
  hostNotFound: (host) => `无法解析主机名 ${host}`,
  connectionReset: (host) => `与 ${host} 的连接中断`,
  certificateUntrusted: (host) => `本机不信任 ${host} 的证书`,
  certificateInvalid: (subject) => `证书对 ${subject} 无效`,
  unreachable: (subject) => `无法访问服务：${subject}`,
  timeout: (host) => `${host} 未在限定时间内应答`,
  notJson: (host) => `${host} 的应答不是 JSON，中间是否有代理或登录页面？`,
  redirected: (host) => `${host} 将请求重定向到别处，中间是否有代理或登录页面？`,
  tooLarge: (host) => `${host} 的应答过大，不可能是 API 的应答`,
  schemaMismatch: (subject) => `应答与 API 约定不符：${subject}`,
  clockSkew: (time) => `本机时钟不准：服务端时间为 ${time}`,
  noReason: (subject) => `服务拒绝了请求，但未说明原因${subject}`,
  missingResult: () => "服务未说明该任务的处理结果",
  underWay: () => "该任务的另一操作正在进行中",
  closed: () => "连接在此期间已被移除、隐藏或更改，未发送任何请求",
  noV3: () => "该服务没有此操作所需的 API v3",
  noV5: () => "该服务没有此操作所需的 API v5",
};

const unfreeze: Bilingual = {
  en: "Check the account's balance and the order, and top up or renew. The task counts as frozen until its status changes or you refresh.",
  zh: "请检查账户余额和订单，充值或续费。在任务状态变化或您刷新之前，任务显示为冻结。",
};

const localBackendGone: Bilingual = {
  en: "Start the local backend again; its tasks and databases are in its data directory.",
  zh: "请重新启动本地后端，其任务和数据库均在其数据目录中。",
};

/**
 * One sentence or two for the user: the service's reason and code, and what to do next. No stack, no secret.
 *
 * @param local whether the local backend was called; its own routes are known by their names.
 */
export function explain(error: unknown, { localize, t }: Localizer, local = false): Shown {
  if (isDrsError(error)) {
    const { reason, fault, code } = error.failure;
    const why =
      fault === undefined ? reason : localize({ en: reason, zh: faultsInChinese[fault.id](fault.subject) });
    const what = sentence(code === undefined ? why : t("{0} ({1})", why.replace(/[.。]$/, ""), code));
    return joined(what.endsWith("。") ? "" : " ", [what, localize(remedyOf(error.failure, local))]);
  }
  return sentence(error instanceof Error ? error.message : String(error));
}

function remedyOf(failure: Failure, local: boolean): Bilingual {
  const { kind, fault, uncertain } = failure;
  if (isFreezeRefusal(failure)) {
    return unfreeze;
  }
  if (uncertain === true) {
    return lookFirst;
  }
  const special = fault && remediesOfFaults[fault.id];
  const isLocal = local || isOfLocalBackend(failure);
  return special ?? (isLocal && kind === "network" ? localBackendGone : remedies[kind]);
}

/** The most characters of an error that are shown. */
const longest = 4_000;

function sentence(text: string): Shown {
  const brief = beginningOf(text, longest);
  const capital = brief.charAt(0).toUpperCase() + brief.slice(1);
  if (/[.!?。！？]$/.test(capital)) {
    return shown(capital);
  }
  return shown(`${capital}${/[\p{Script=Han}）]$/u.test(capital) ? "。" : "."}`);
}
