import assert from "node:assert/strict";
import { freezeIds, freezeRow } from "../../../src/status/freezes";
import {
  alertingApiStatuses,
  isCopied,
  parseFreeze,
  parseStatus,
  transitionOf,
  unknownToV5,
} from "../../../src/status/status";
import {
  hasEnded,
  isStreaming,
  rowOf,
  type StatusId,
  statuses,
  statusOrder,
} from "../../../src/status/statuses";

/** The service's terms, to the letter, with the API values that lead to each. */
const terms: readonly [StatusId, zh: string, en: string, api: readonly string[]][] = [
  ["creating", "创建中", "Creating", ["CREATING"]],
  ["configuration", "配置", "Configuration", ["CONFIGURATION"]],
  ["frozen", "冻结", "Frozen", ["FROZEN"]],
  ["pendingStart", "等待启动", "Pending start", ["WAITING_FOR_START"]],
  ["starting", "启动中", "Starting", ["STARTJOBING"]],
  ["full", "全量同步", "Full synchronization", ["FULL_TRANSFER_STARTED", "FULL_TRANSFER_COMPLETE"]],
  ["incremental", "增量同步", "Incremental synchronization", ["INCRE_TRANSFER_STARTED"]],
  [
    "modifying",
    "任务变更中",
    "Modifying task",
    ["CHANGE_JOB_STARTED", "CHILD_TRANSFER_STARTING", "CHILD_TRANSFER_STARTED", "CHILD_TRANSFER_COMPLETE"],
  ],
  [
    "modifyingFailed",
    "任务变更失败",
    "Modifying task failed",
    ["CHANGE_JOB_FAILED", "CHILD_TRANSFER_FAILED"],
  ],
  ["rectification", "故障恢复", "Fault rectification", ["REBUILD_NODE_STARTED"]],
  ["stopping", "结束任务", "Task stopping", ["RELEASE_RESOURCE_STARTED", "RELEASE_CHILD_TRANSFER_STARTED"]],
  ["completed", "已结束", "Completed", ["RELEASE_RESOURCE_COMPLETE", "RELEASE_CHILD_TRANSFER_COMPLETE"]],
  ["createFailed", "创建失败", "Task creation failed", ["CREATE_FAILED"]],
  ["startFailed", "启动失败", "Start failed", ["START_JOB_FAILED"]],
  ["fullFailed", "全量同步失败", "Full synchronization failed", ["FULL_TRANSFER_FAILED"]],
  ["incrementalFailed", "增量同步失败", "Incremental synchronization failed", ["INCRE_TRANSFER_FAILED"]],
  ["paused", "已暂停", "Paused", ["PAUSING", "PAUSEING"]],
  ["stoppingFailed", "结束任务失败", "Stopping task failed", ["RELEASE_RESOURCE_FAILED"]],
  ["rectificationFailed", "故障恢复失败", "Fault rectification failed", ["REBUILD_NODE_FAILED"]],
  ["upgrading", "升级中", "Upgrading", ["NODE_UPGRADE_START", "NODE_UPGRADE_COMPLETE"]],
  ["upgradeFailed", "升级失败", "Upgrade failed", ["NODE_UPGRADE_FAILED"]],
];

describe("the status table", () => {
  for (const [id, zh, en, api] of terms) {
    it(`${zh} (${en})`, () => {
      assert.deepEqual(rowOf(id).name, { en, zh });
      for (const value of api) {
        assert.equal(parseStatus(value), id, value);
      }
    });
  }

  it("has exactly these rows and the three for what is not known", () => {
    assert.deepEqual(
      new Set(statusOrder),
      new Set([...terms.map(([id]) => id), "unknown", "otherChanging", "otherFailed"]),
    );
  });

  it("gives every row an icon of its own and a meaning in both languages", () => {
    const icons = Object.values(statuses).map(({ icon }) => icon);
    assert.equal(new Set(icons).size, icons.length);
    for (const id of statusOrder) {
      assert.match(rowOf(id).meaning.zh, /[\u4e00-\u9fff].*。$/u, id);
      assert.match(rowOf(id).meaning.en, /^[A-Z].*\.$/, id);
    }
  });

  it("puts those that need attention first, then what changes, runs, waits, and has ended", () => {
    const rank = (id: StatusId) => {
      const { alert, pace } = rowOf(id);
      return alert === "error"
        ? 0
        : alert === "warning"
          ? 1
          : pace === "fast"
            ? 2
            : pace === "steady"
              ? 3
              : 4;
    };
    const ranks = statusOrder.map(rank);
    assert.deepEqual(ranks, [...ranks].sort());
    assert.equal(statusOrder.at(-1), "completed");
  });

  it("alerts on every failure and on a freeze as an error, on fault rectification as a warning", () => {
    const loud = statusOrder.filter((id) => rowOf(id).alert === "error");
    assert.deepEqual(
      new Set(loud),
      new Set([...statusOrder.filter((id) => id.endsWith("Failed")), "frozen"]),
    );
    assert.deepEqual(
      statusOrder.filter((id) => rowOf(id).alert === "warning"),
      ["rectification"],
    );
  });
});

describe("the status table's facts about a task", () => {
  it("calls its delay current only while changes are replicated", () => {
    assert.deepEqual(
      statusOrder.filter((id) => isStreaming(id)),
      ["incremental"],
    );
  });

  it("says that it has ended once its instance is released, and not before its first start", () => {
    assert.deepEqual(
      statusOrder.filter((id) => hasEnded(id)),
      ["completed"],
    );
  });
});

describe("the list's filter for failures", () => {
  it("has every status that alerts as an error but the freeze, which the order reports", () => {
    assert.deepEqual(
      new Set(alertingApiStatuses),
      new Set(terms.filter(([id]) => id.endsWith("Failed")).flatMap(([, , , api]) => api)),
    );
  });

  it("knows what v5's filter does not support", () => {
    assert.deepEqual([...unknownToV5].sort(), ["NODE_UPGRADE_FAILED", "REBUILD_NODE_FAILED"]);
  });
});

describe("the service's current action on a task", () => {
  it("is read from its current action while the status does not say so", () => {
    assert.equal(transitionOf("incremental", "STOP_JOB"), "pausing");
    assert.equal(transitionOf("paused", "STOP_JOB"), undefined);
    assert.equal(transitionOf("incremental", "SWITCH_OVER"), "switchingOver");
    for (const action of ["CREATE", "", null, undefined]) {
      assert.equal(transitionOf("incremental", action), undefined, String(action));
    }
  });
});

describe("API fields → row", () => {
  it("takes any spelling of case, hyphens and blanks", () => {
    assert.equal(parseStatus(" incre-transfer  started "), "incremental");
  });

  it("distinguishes a full synchronization that is complete from one that runs", () => {
    assert.equal(isCopied("full-transfer complete"), true);
    assert.equal(isCopied("FULL_TRANSFER_STARTED"), false);
  });

  it("keeps what it does not know as unknown", () => {
    for (const value of ["", "constructor", "STANDBY", "AZ_SWITCHOVER_DONE", "RINGS", "CLONE_START_KEPT"]) {
      assert.equal(parseStatus(value), "unknown", value);
    }
  });

  it("takes a failure that the table does not know for a failure, so that it alerts", () => {
    const failures = [
      ...[
        "CLONE_FAILED",
        "modify-spec failed",
        "MODIFY_SPEC_FAIL",
        "AZ_SWITCHOVER_FAILED",
        "FAILED_AZ_SWITCHOVER",
      ],
      ...["ERROR", "CHANGE_FLAVOR_ERROR", "NODE_ABNORMAL", "abnormal", "FAILOVER_FAILED"],
    ];
    for (const value of failures) {
      const id = parseStatus(value);
      assert.equal(id, "otherFailed", value);
      assert.equal(id && rowOf(id).alert, "error");
    }
  });

  it("polls fast what passes by itself although the table does not know it", () => {
    const passing = [
      "CLONING",
      "CHANGING_FLAVOR",
      "AZ switchover-ing",
      "COMPLETING",
      "CLONE_STARTED",
      "FAILOVER",
    ];
    for (const value of [...passing, "CLONE_START", "AZ_FAIL_OVER"]) {
      const id = parseStatus(value);
      assert.equal(id, "otherChanging", value);
      assert.equal(id && rowOf(id).pace, "fast");
    }
  });

  it("makes no row of a deleted task", () => {
    assert.equal(parseStatus("DELETED"), undefined);
    assert.equal(parseStatus("deleted", "FROZEN_CAN_RENEW"), undefined);
  });

  it("reads a freeze from the order", () => {
    for (const order of ["FROZEN_CAN_RENEW", "FROZEN_POLICE", "FROZEN"]) {
      assert.equal(parseStatus("INCRE_TRANSFER_STARTED", order), "frozen", order);
    }
    for (const order of ["COMPLETED", "", null, undefined, "UNFROZEN", "FROZENISH"]) {
      assert.equal(parseStatus("INCRE_TRANSFER_STARTED", order), "incremental", String(order));
    }
  });

  it("does not call a task frozen that holds no instance any more", () => {
    assert.equal(parseStatus("RELEASE_RESOURCE_COMPLETE", "FROZEN_CAN_RENEW"), "completed");
  });
});

describe("the freezes", () => {
  it("have each a name, a cause, a meaning and a remedy of its own in both languages", () => {
    for (const column of ["name", "cause", "meaning", "remedy"] as const) {
      for (const language of ["en", "zh"] as const) {
        const texts = freezeIds.map((id) => freezeRow(id)[column][language]);
        assert.equal(new Set(texts).size, freezeIds.length, `${column} ${language}`);
      }
    }
  });

  it("are what the service's order says, and money helps only some of them", () => {
    const expected = {
      FROZEN_CAN_RENEW: ["arrears", true],
      FROZEN_CAN_RENEW_FREE: ["expired", false],
      FROZEN_CAN_FREE: ["endable", false],
      FROZEN_CAN_UNSUBSCRIBE: ["unsubscribable", false],
      FROZEN_POLICE: ["police", false],
    };
    for (const [order, [id, helps]] of Object.entries(expected)) {
      const freeze = parseFreeze(order);
      assert.equal(freeze, id);
      const { en } = freezeRow(freeze).remedy;
      assert.equal(/^Top up/.test(en), helps, en);
    }
    assert.deepEqual(
      ["FROZEN_NEW", "COMPLETED", undefined].map((order) => parseFreeze(order)),
      ["other", "arrears", "arrears"],
    );
  });
});
