/** The commonest errors in two or three words, for a row of the list: a code alone says nothing to most users. */

import type { Bilingual } from "../l10n/bilingual";
import type { Localizer } from "../l10n/localizer";
import { type Shown, shown } from "../l10n/shown";

/** By SQLSTATE (PostgreSQL, appendix A), by a code of the system, or by one of the local backend's for what a stream has lost. */
const names: Readonly<Record<string, Bilingual>> = {
  "08001": { en: "no connection", zh: "无法连接" },
  "08004": { en: "connection rejected", zh: "连接被拒绝" },
  "08006": { en: "connection lost", zh: "连接中断" },
  "22001": { en: "value too long", zh: "值过长" },
  "22003": { en: "number out of range", zh: "数值超出范围" },
  "23502": { en: "value missing", zh: "缺少非空值" },
  "23503": { en: "foreign key violated", zh: "违反外键约束" },
  "23505": { en: "duplicate key", zh: "键值重复" },
  "23514": { en: "check violated", zh: "违反检查约束" },
  "28000": { en: "login rejected", zh: "登录被拒绝" },
  "28P01": { en: "wrong password", zh: "密码错误" },
  "3D000": { en: "database missing", zh: "数据库不存在" },
  "40P01": { en: "deadlock", zh: "死锁" },
  "42501": { en: "permission missing", zh: "权限不足" },
  "42703": { en: "column missing", zh: "列不存在" },
  "42804": { en: "column types differ", zh: "列类型不一致" },
  "42704": { en: "object missing", zh: "对象不存在" },
  "42P01": { en: "table missing", zh: "表不存在" },
  "53100": { en: "disk full", zh: "磁盘已满" },
  "53200": { en: "out of memory", zh: "内存不足" },
  "53300": { en: "too many connections", zh: "连接数过多" },
  "53400": { en: "limit reached", zh: "达到配置上限" },
  "55P03": { en: "locked", zh: "锁等待超时" },
  "57014": { en: "canceled", zh: "语句被取消" },
  "57P03": { en: "server not ready", zh: "服务器未就绪" },
  ECONNREFUSED: { en: "nothing listens", zh: "端口无服务" },
  ENOTFOUND: { en: "host not found", zh: "主机名无法解析" },
  ETIMEDOUT: { en: "no answer", zh: "连接超时" },
  LS001: { en: "publication dropped", zh: "发布已删除" },
  LS002: { en: "publication altered", zh: "发布被修改" },
  LS003: { en: "source table dropped", zh: "源表已删除" },
  LS004: { en: "source table replaced", zh: "源表被替换" },
  LS005: { en: "table unpublished", zh: "表未发布" },
  LS006: { en: "target table lost", zh: "目标表丢失" },
  LS007: { en: "rows not copied", zh: "部分行未复制" },
  LS008: { en: "log lost", zh: "日志丢失" },
  LS009: { en: "slot moved", zh: "复制槽被移动" },
  LS010: { en: "subscription altered", zh: "订阅被修改" },
  LS011: { en: "target set back", zh: "目标库被恢复到较早状态" },
  LS012: { en: "source set back", zh: "源库被恢复到较早状态" },
  P0001: { en: "rejected by a trigger", zh: "被触发器拒绝" },
};

/** The name of an error in a row; its code where it has no name here. */
export function errorName(code: string | undefined, { localize }: Localizer): Shown | undefined {
  return code !== undefined && Object.hasOwn(names, code)
    ? localize(names[code] ?? { en: code, zh: code })
    : code && shown(code);
}
