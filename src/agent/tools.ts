/** The tools: what they are called, what they take, what they do. VS Code and the MCP server offer the same ones. */
import * as v from "valibot";
import { explain } from "../drs/error-text";
import type { AgentAction } from "../status/actions";
import { rowOf, type StatusId, statusOrder } from "../status/statuses";
import { checkTask } from "../tasks/use-cases/precheck";
import { answerOf, explanationOf, inspectionOf, lineOf, meanings, precheckOf } from "./answers";
import { compare } from "./compare";
import { control } from "./control";
import { delayAnswer } from "./delay";
import type { ToolName } from "./names";
import { find, placesOf, type ResolvedTask, read, type ToolContext, ToolError } from "./tool-context";

/** A tool without its input. */
interface Description {
  /** For a menu, in English. */
  readonly title: string;
  /** For the model. */
  readonly description: string;
  /** Whether it only looks. What does not is confirmed by the user. */
  readonly reads: boolean;
}

/** A tool. */
export interface Tool extends Description {
  readonly schema: v.GenericSchema<object>;
  /**
   * The answer's text.
   *
   * @throws ToolError whose message is an answer, too; the signal's reason when it aborts.
   */
  run(input: unknown, context: ToolContext, signal: AbortSignal): Promise<string>;
}

const connectionField = v.optional(
  v.pipe(v.string(), v.description("Name or id of the connection. Only needed where several are open.")),
);
const target = {
  task: v.pipe(v.string(), v.description("Name or id of the task. Ids are never ambiguous.")),
  connection: connectionField,
};
const targetSchema = v.object(target);

const problems = "problems";
const listSchema = v.object({
  status: v.optional(
    v.pipe(
      v.array(v.picklist([problems, ...statusOrder])),
      v.description(`Only tasks in these statuses; "${problems}": those that failed or are frozen.`),
    ),
  ),
  text: v.optional(v.pipe(v.string(), v.description("Only tasks with this in name, id or description."))),
  connection: connectionField,
  limit: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(200),
      v.description("At most this many; 50 by default."),
    ),
  ),
});
const compareSchema = v.object({
  ...target,
  type: v.optional(
    v.pipe(
      v.picklist(["lines", "contents", "objects"]),
      v.description(
        "lines (default): numbers of rows. contents: every value, which takes longer. objects: which objects both ends have, and how they are defined.",
      ),
    ),
  ),
  comparison_id: v.optional(
    v.pipe(v.string(), v.description("Reads a comparison that was begun before instead of beginning one.")),
  ),
});

function tool<Schema extends v.GenericSchema<object>>(
  description: Description,
  schema: Schema,
  work: (input: v.InferOutput<Schema>, context: ToolContext, signal: AbortSignal) => Promise<object>,
): Tool {
  return {
    ...description,
    schema,
    run: async (input, context, signal) => {
      try {
        const parsed = v.safeParse(schema, input);
        if (!parsed.success) {
          const reasons = parsed.issues.map(({ message }) => message);
          throw new ToolError(`The input is not valid: ${reasons.join("; ")}`);
        }
        return answerOf(await work(parsed.output, context, signal));
      } catch (error) {
        signal.throwIfAborted();
        // An error may quote a service, too.
        const facts = error instanceof ToolError ? error.facts : {};
        throw new ToolError(answerOf({ error: explain(error, context.l10n), ...facts }));
      }
    },
  };
}

/**
 * A tool for one task; on a read-only connection only if it does no more than look. A refusal of the service reaches the
 * model in the words that the user would read.
 */
function taskTool<Schema extends v.GenericSchema<object, { task: string; connection?: string | undefined }>>(
  description: Description,
  schema: Schema,
  work: (
    found: ResolvedTask,
    input: v.InferOutput<Schema>,
    context: ToolContext,
    signal: AbortSignal,
  ) => Promise<object>,
): Tool {
  return tool(description, schema, async (input, context, signal) => {
    const found = await find(context, input);
    const { readOnly } = found.place;
    if (readOnly !== undefined && !description.reads) {
      throw new ToolError(`This connection is read-only. ${readOnly}`);
    }
    try {
      return await work(found, input, context, signal);
    } catch (error) {
      throw error instanceof ToolError
        ? error
        : new ToolError(explain(error, context.l10n, found.place.kind === "local"));
    }
  });
}

function controlTool(action: AgentAction, title: string, description: string): Tool {
  return taskTool({ title, description, reads: false }, targetSchema, (found, _, context, signal) =>
    control(found, action, context, signal),
  );
}

/** Every tool by its name. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  drs_list_tasks: tool(
    {
      title: "List DRS tasks",
      description:
        "Lists data synchronization tasks of Huawei Cloud DRS or its local backend, what needs a person first, with status, delay or progress. Filters: status, text, connection.",
      reads: true,
    },
    listSchema,
    list,
  ),
  drs_inspect_task: taskTool(
    {
      title: "Inspect a DRS task",
      description:
        "Returns everything known about one DRS task: status and its meaning, legal actions, error, times, progress, delay, source, target, synchronization objects. No passwords.",
      reads: true,
    },
    targetSchema,
    async (found, _, { l10n }, signal) => {
      const children = [...found.session.store.snapshot.tasks.values()].filter(
        ({ parentId }) => parentId === found.task.id,
      );
      return { ...inspectionOf(found, children, l10n), ...(await delayAnswer(found, l10n, signal)) };
    },
  ),
  drs_explain_failure: taskTool(
    {
      title: "Explain a DRS failure",
      description:
        "Explains why a DRS task failed or is behind. Of a failure: its error, the known case behind it with cause and remedy, whether the task can go on afterwards, and the legal actions. Of a delay: where it arises, its cause with evidence, and when the task will catch up. Says so when no case or cause is known.",
      reads: true,
    },
    targetSchema,
    async (found, _, { l10n }, signal) => ({
      ...(await explanationOf(found, l10n)),
      ...(await delayAnswer(found, l10n, signal)),
    }),
  ),
  drs_precheck_task: taskTool(
    {
      title: "Pre-check a DRS task",
      description:
        "Runs the pre-check that a DRS task needs before its start, waits for its end, and lists the items that did not pass with the remedy. Connects to both databases and changes nothing in them.",
      reads: false,
    },
    targetSchema,
    async (found, _, { l10n }, signal) =>
      await precheckOf(await checkTask(found.session, found.task, { signal }), found, l10n),
  ),
  drs_compare_task: taskTool(
    {
      title: "Compare a DRS task's databases",
      description:
        "Compares source and target of a DRS task by numbers of rows, by contents, or by objects (tables, indexes, constraints and the like), and lists what differs. Reads the synchronized tables at both ends, which is load for them.",
      reads: false,
    },
    compareSchema,
    (found, { type, comparison_id }, _, signal) => compare(found, { type, comparison_id }, signal),
  ),
  drs_start_task: controlTool(
    "start",
    "Start a DRS task",
    "Starts a DRS task now; one that was never started is pre-checked first. Find out with drs_inspect_task whether that is legal.",
  ),
  drs_pause_task: controlTool(
    "pause",
    "Pause a DRS task",
    "Pauses a running DRS task; drs_resume_task undoes it. Changes at the source wait there meanwhile.",
  ),
  drs_resume_task: controlTool(
    "resume",
    "Resume a DRS task",
    "Resumes a paused DRS task, or retries a failed one after its cause was removed (see drs_explain_failure).",
  ),
};

const usualLimit = 50;

async function list(
  { status, text, connection, limit = usualLimit }: v.InferOutput<typeof listSchema>,
  context: ToolContext,
): Promise<object> {
  const places = await placesOf(context, connection);
  const troubles: { connection: string; problem: string }[] = [];
  let unread = 0;
  const all = (
    await Promise.all(
      places.map(async (place) => {
        try {
          const reading = await read(place, context.l10n);
          unread += reading.unread;
          return reading.tasks.map((task) => ({ task, place }));
        } catch (error) {
          troubles.push({ connection: place.name, problem: error instanceof Error ? error.message : "" });
          return [];
        }
      }),
    )
  ).flat();
  const wanted = (id: StatusId) =>
    status === undefined || status.includes(id) || (status.includes(problems) && rowOf(id).alert === "error");
  const needle = text?.toLowerCase() ?? "";
  const fitting = all
    .filter(
      ({ task: { id, name, description, status: own } }) =>
        wanted(own) && [id, name, description].some((field) => field?.toLowerCase().includes(needle)),
    )
    .sort((one, other) => statusOrder.indexOf(one.task.status) - statusOrder.indexOf(other.task.status));
  const shown = fitting.slice(0, limit);
  return {
    ...{ read_at: new Date().toISOString(), tasks_in_all: all.length + unread },
    ...(unread === 0 ? {} : { tasks_not_read_yet: unread, note: "Call again for the others." }),
    tasks_that_fit: fitting.length,
    ...{
      shown: shown.length,
      statuses: meanings(
        shown.map(({ task }) => task.status),
        context.l10n,
      ),
    },
    ...(troubles.length === 0 ? {} : { connections_not_read: troubles }),
    tasks: shown.map(lineOf),
  };
}
