import assert from "node:assert/strict";
import { codes } from "../../../src/backend/engine/postgres/finding";
import { localizerFor } from "../../../src/l10n/localizer";
import { engineName } from "../../../src/tasks/engine-name";
import { errorName } from "../../../src/tasks/error-name";
import { fill } from "../../support/texts";

const [english, chinese] = [localizerFor("en", fill), localizerFor("zh-cn", fill)];

/** PostgreSQL's appendix A, and the system's codes, in a row's few words. */
const names: readonly [code: string, en: string, zh: string][] = [
  ["08001", "no connection", "无法连接"],
  ["08004", "connection rejected", "连接被拒绝"],
  ["08006", "connection lost", "连接中断"],
  ["22001", "value too long", "值过长"],
  ["22003", "number out of range", "数值超出范围"],
  ["23502", "value missing", "缺少非空值"],
  ["23503", "foreign key violated", "违反外键约束"],
  ["23505", "duplicate key", "键值重复"],
  ["23514", "check violated", "违反检查约束"],
  ["28000", "login rejected", "登录被拒绝"],
  ["28P01", "wrong password", "密码错误"],
  ["3D000", "database missing", "数据库不存在"],
  ["40P01", "deadlock", "死锁"],
  ["42501", "permission missing", "权限不足"],
  ["42703", "column missing", "列不存在"],
  ["42804", "column types differ", "列类型不一致"],
  ["42704", "object missing", "对象不存在"],
  ["42P01", "table missing", "表不存在"],
  ["53100", "disk full", "磁盘已满"],
  ["53200", "out of memory", "内存不足"],
  ["53300", "too many connections", "连接数过多"],
  ["53400", "limit reached", "达到配置上限"],
  ["55P03", "locked", "锁等待超时"],
  ["57014", "canceled", "语句被取消"],
  ["57P03", "server not ready", "服务器未就绪"],
  ["ECONNREFUSED", "nothing listens", "端口无服务"],
  ["ENOTFOUND", "host not found", "主机名无法解析"],
  ["ETIMEDOUT", "no answer", "连接超时"],
  ["P0001", "rejected by a trigger", "被触发器拒绝"],
];

describe("an error in a row", () => {
  for (const [code, en, zh] of names) {
    it(`is called ${en} for ${code}`, () => {
      assert.deepEqual([errorName(code, english), errorName(code, chinese)], [en, zh]);
    });
  }

  it("has a name for everything that a stream can lose", () => {
    const losses = Object.values(codes).filter((code) => code.startsWith("LS"));
    assert.ok(losses.length > 5);
    for (const code of losses) {
      for (const l10n of [english, chinese]) {
        assert.notEqual(errorName(code, l10n), code);
      }
    }
    assert.equal(errorName(codes.publicationGone, english), "publication dropped");
  });

  it("is called by its code where it has no name, also where an object would have one", () => {
    assert.equal(errorName("DRS.M05004", english), "DRS.M05004");
    assert.equal(errorName("constructor", english), "constructor");
    assert.equal(errorName(undefined, english), undefined);
  });
});

describe("an engine", () => {
  it("is called as people write it, from one to the other, and as the service does where it is not known", () => {
    const written: Readonly<Record<string, string>> = {
      ...{ mysql: "MySQL", postgresql: "PostgreSQL", oracle: "Oracle", mongodb: "MongoDB", redis: "Redis" },
      ...{ kafka: "Kafka", taurus: "TaurusDB", gaussdbv5: "GaussDB", gaussdbv5ha: "GaussDB (centralized)" },
      ...{ mariadb: "MariaDB", sqlserver: "SQL Server", cassandra: "cassandra", constructor: "constructor" },
    };
    for (const [engine, name] of Object.entries(written)) {
      assert.equal(engineName(engine), name);
    }
    assert.equal(engineName("mysql-to-kafka"), "MySQL → Kafka");
    assert.equal(engineName(undefined), undefined);
  });
});
