import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { endpointsOf, sites } from "../drs/regions";
import type { Formats } from "../tasks/texts";
import type { CloudConnection, Secret } from "./connection";

/** What the user typed so far; offered again when the connection did not work. */
export interface CloudAnswers {
  readonly accessKey?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly projectId?: string;
}

/**
 * Asks in four steps for access key, secret key, region and project. Values of a failed attempt are offered again,
 * but for the secret key, which is never shown.
 *
 * @returns undefined when the user stops on the way.
 */
export async function askCloud(
  { t }: Formats,
  last: CloudAnswers,
): Promise<{ connection: CloudConnection; secret: Secret; answers: CloudAnswers } | undefined> {
  const step = (number: number) => t("Connect to Huawei Cloud ({0}/{1})", number, 4);
  const required = (text: string) => {
    if (text.trim() === "") {
      return t("This value is needed.");
    }
    // Anything else comes from a copy that took too much, and cannot be sent in a header.
    return /^[!-~]+$/.test(text.trim())
      ? undefined
      : t("Only letters, digits and signs, without spaces in between.");
  };
  const input = { ignoreFocusOut: true, validateInput: required };

  const accessKey = await vscode.window.showInputBox({
    ...input,
    title: step(1),
    prompt: t("Access key ID (AK) of a permanent access key"),
    value: last.accessKey ?? "",
  });
  if (accessKey === undefined) {
    return undefined;
  }
  const secretKey = await vscode.window.showInputBox({
    ...input,
    title: step(2),
    prompt: t("Secret access key (SK). It is kept in the operating system's secret storage."),
    password: true,
  });
  if (secretKey === undefined) {
    return undefined;
  }
  const place = await askRegion(step(3), t, last);
  if (place === undefined) {
    return undefined;
  }
  const projectId = await vscode.window.showInputBox({
    ...input,
    title: step(4),
    prompt: t("Project ID of the region (console: My Credentials)"),
    value: last.projectId ?? "",
  });
  if (projectId === undefined) {
    return undefined;
  }
  return {
    connection: {
      id: randomUUID(),
      kind: "cloud",
      site: "private",
      region: place.name,
      ...place,
      projectId: projectId.trim(),
      signIn: { kind: "permanentKey" },
    },
    secret: { accessKey: accessKey.trim(), secretKey: secretKey.trim() },
    answers: { accessKey, region: place.name, endpoint: place.endpoint, projectId },
  };
}

async function askRegion(
  title: string,
  t: Formats["t"],
  last: CloudAnswers,
): Promise<{ name: string; endpoint: string } | undefined> {
  const other = { label: t("Another endpoint…"), description: t("a private or European site") };
  const known = sites.flatMap((site) =>
    site.regions.map((region) => ({ label: region, description: endpointsOf(site, region).endpoint })),
  );
  const first = known.filter(({ label }) => label === last.region);
  const picked = await vscode.window.showQuickPick(
    [...first, ...known.filter(({ label }) => label !== last.region), other],
    { title, placeHolder: t("Region"), ignoreFocusOut: true, matchOnDescription: true },
  );
  if (picked !== other) {
    return picked && { name: picked.label, endpoint: picked.description };
  }
  const endpoint = await vscode.window.showInputBox({
    title,
    ignoreFocusOut: true,
    prompt: t("Address of the DRS endpoint"),
    placeHolder: "https://drs.eu-de.otc.t-systems.com",
    value: last.endpoint ?? "",
    validateInput: (text) =>
      isSafeEndpoint(text)
        ? undefined
        : t("Write an https address without a path, such as https://drs.example.com."),
  });
  return endpoint === undefined
    ? undefined
    : { name: new URL(endpoint).host, endpoint: new URL(endpoint).origin };
}

/** https everywhere, plain http only to this machine. */
function isSafeEndpoint(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname, pathname, username } = new URL(text);
  const safe =
    protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname));
  return safe && pathname === "/" && username === "";
}
