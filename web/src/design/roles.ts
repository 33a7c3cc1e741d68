import type { Permission, Role } from "../api/contract";

export const kRoleWords: Record<Role, string> = {
  physician: "physician",
  reader: "reader",
  engineer: "engineer",
  steward: "data steward",
  governance: "governance",
  administrator: "administrator",
};

/** Who holds a permission, for pages that say who can. */
export const kWho: Record<Permission, string> = {
  "study.read": "physician and reader",
  "study.answer": "physician and reader",
  "study.upload": "physician, reader and data steward",
  "label.answer": "reader",
  "label.manage": "data steward",
  "model.read": "governance, engineer and administrator",
  "model.pause": "governance and administrator",
  "run.read": "engineer and governance",
  infer: "engineer",
  "fhir.read": "physician and engineer",
  "admin.read": "administrator",
};
