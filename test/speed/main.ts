import { reading } from "./reading";

const all = { reading };

async function main(): Promise<void> {
  const name = process.argv[2] ?? "";
  for (const [id, work] of Object.entries(all)) {
    if (name === "" || name === id) {
      console.log(JSON.stringify(await work()));
    }
  }
}

void main();
