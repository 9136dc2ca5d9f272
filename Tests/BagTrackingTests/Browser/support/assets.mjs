// The scripts of the pages as they are served: one file each, with the modules it imports put in.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const path = (name) => fileURLToPath(new URL(`../../../../${name}`, import.meta.url));

/** The exports of a script in the assets of bag tracking; with another `mark`, it runs once more. */
export async function load(name, mark = "") {
  const { stdout } = await promisify(execFile)(
    "sh", [path("scripts/embed-assets"), "--join", path(`Sources/Applications/BagTracking/Assets/${name}`)],
    { maxBuffer: 1 << 24 });
  return import(`data:text/javascript;base64,${Buffer.from(`${stdout}// ${mark}\n`).toString("base64")}`);
}
