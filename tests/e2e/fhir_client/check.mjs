// check.mjs BASE [TOKEN]: reads an osler FHIR server with fhir-kit-client, as a site's software would.
//
// It follows what the server itself says: each type of its CapabilityStatement is searched page by
// page, totals are compared with what came, and every reference of every DiagnosticReport, Observation
// and Provenance is read. Prints one JSON object {base, types, references, faults}; exits 1 with faults,
// 64 without an address. It prints ids and counts, and nothing of a patient.
import { CapabilityTool, Client } from "fhir-kit-client";

const PAGE = "2"; // small, so that pages are followed
const MOST_PAGES = 500;
const LABELLED = new Set(["Observation", "DiagnosticReport", "Provenance"]);

const [base, token] = process.argv.slice(2);
if (!base) {
  console.error("usage: node check.mjs BASE [TOKEN]");
  process.exit(64);
}
const client = new Client({ baseUrl: base.replace(/\/$/, ""), ...(token ? { bearerToken: token } : {}) });
const faults = [];
const fault = (text) => faults.push(text);
const read = new Map(); // "Patient/p1" -> resource

// The literal references in a resource, contained ones aside.
function referencesOf(node, found = new Set()) {
  if (Array.isArray(node)) {
    node.forEach((item) => referencesOf(item, found));
  } else if (node !== null && typeof node === "object") {
    for (const [key, value] of Object.entries(node)) {
      if (key === "reference" && typeof value === "string" && !value.startsWith("#")) {
        found.add(value);
      } else {
        referencesOf(value, found);
      }
    }
  }
  return found;
}

// All matches of a search, by its links.
async function searchAll(resourceType, searchParams) {
  const matches = new Map();
  let page = await client.search({ resourceType, searchParams: { ...searchParams, _count: PAGE } });
  const total = page.total;
  for (let pages = 1; page; ++pages) {
    if (page.resourceType !== "Bundle" || page.type !== "searchset") {
      fault(`${resourceType}: a search gave no searchset`);
      break;
    }
    if (!page.link?.some((link) => link.relation === "self")) {
      fault(`${resourceType}: a page has no link to itself`);
    }
    const entries = (page.entry ?? []).filter((entry) => entry.search?.mode === "match");
    for (const { fullUrl, resource } of entries) {
      const name = `${resource.resourceType}/${resource.id}`;
      if (matches.has(name)) {
        fault(`${name} stands on two pages`);
      }
      if (!fullUrl?.endsWith(`/${name}`)) {
        fault(`${name}: fullUrl is that of another resource`);
      }
      matches.set(name, resource);
    }
    if (entries.length > Number(PAGE)) {
      fault(`${resourceType}: a page holds more than _count`);
    }
    if (pages === MOST_PAGES) {
      break; // a large archive: what was read so far will do
    }
    const next = client.nextPage({ bundle: page });
    page = next ? await next : undefined;
    if (!page && matches.size !== total) {
      fault(`${resourceType}: total is ${total}, but the pages hold ${matches.size}`);
    }
  }
  return matches;
}

async function readOnce(reference, from) {
  if (read.has(reference)) {
    return;
  }
  try {
    const resource = await client.resolve({ reference });
    read.set(reference, resource);
    if (`${resource.resourceType}/${resource.id}` !== reference) {
      fault(`${from}: ${reference} is ${resource.resourceType}/${resource.id}`);
    }
  } catch (error) {
    read.set(reference, null);
    fault(`${from}: ${reference} cannot be read (${error.response?.status ?? "no answer"})`);
  }
}

async function expectRefusal(resourceType, searchParams, status, what) {
  try {
    await client.search({ resourceType, searchParams });
    fault(`${resourceType}: ${what} was answered`);
  } catch (error) {
    const outcome = error.response?.data;
    if (error.response?.status !== status || outcome?.resourceType !== "OperationOutcome") {
      fault(`${resourceType}: ${what} gave ${error.response?.status} without an OperationOutcome`);
    }
  }
}

async function checkType(resourceType) {
  const found = await searchAll(resourceType, {});
  for (const [name, resource] of found) {
    const labels = (resource.meta?.security ?? []).map((label) => label.code);
    if (LABELLED.has(resourceType) && !labels.includes("AIAST")) {
      fault(`${name} is not labelled as made by an AI`);
    }
    if (!resource.text?.div) {
      fault(`${name} has no narrative`);
    }
  }
  const [first] = found.values();
  if (first) {
    const byId = await searchAll(resourceType, { _id: first.id });
    if (byId.size !== 1) {
      fault(`${resourceType}: _id found ${byId.size} instead of 1`);
    }
    const counted = await client.search({ resourceType, searchParams: { _summary: "count" } });
    if (counted.entry !== undefined || typeof counted.total !== "number") {
      fault(`${resourceType}: _summary=count gave more or less than a total`);
    }
  }
  await expectRefusal(resourceType, { "no-such-parameter": "x" }, 400, "an unknown parameter");
  await expectRefusal(resourceType, { _lastUpdated: "yesterday" }, 400, "a date that is none");
  return found;
}

async function main() {
  const statement = await client.capabilityStatement();
  const can = new CapabilityTool(statement);
  const served = statement.rest?.[0]?.resource?.map((resource) => resource.type) ?? [];
  if (statement.fhirVersion !== "4.0.1" || served.length === 0) {
    fault("the CapabilityStatement is not of an R4 server that serves something");
  }
  const types = {};
  const linked = [];
  for (const type of served) {
    if (!can.resourceCan(type, "read") || !can.resourceCan(type, "search-type")) {
      fault(`${type} cannot be read and searched`);
      continue;
    }
    const found = await checkType(type);
    types[type] = found.size;
    if (LABELLED.has(type)) {
      linked.push(...found);
    }
  }
  for (const [name, resource] of linked) {
    for (const reference of referencesOf({ ...resource, contained: undefined })) {
      await readOnce(reference, name);
    }
  }
  return { base, types, references: read.size, faults };
}

try {
  const result = await main();
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = faults.length === 0 ? 0 : 1;
} catch (error) {
  fault(`stopped: ${error.message} (${error.response?.status ?? "no answer"})`);
  console.log(JSON.stringify({ base, faults }, null, 2));
  process.exitCode = 1;
}
