/** node main.js NAME: measures one part in a process of its own and prints its figures as JSON. */
import { client } from "./client";
import { copies } from "./copies";
import { details } from "./details";
import { engine } from "./engine";
import { listing } from "./listing";
import { serveListing } from "./listing-server";
import { product } from "./product";
import { reading } from "./reading";
import { tree } from "./tree";
import { window } from "./window";

const parts = { reading, client, tree, details, product, copies, engine, listing, window };

const [name = "", count] = process.argv.slice(2);
if (name === "serve") {
  serveListing(Number(count));
} else {
  const part = Object.entries(parts).find(([id]) => id === name)?.[1];
  part?.(process.env.DRS_BENCH === "long").then((figures) => console.log(JSON.stringify(figures)));
}
