import { FINDING_KINDS, type FindingKind } from "../shared/model/doctor";

export const DOCTOR_TABS = ["findings", "backups", "retention"] as const;
export type DoctorTab = (typeof DOCTOR_TABS)[number];

/** The care of a database: what is wrong with it, its backups, and what is kept how long. */
export interface DoctorPlace {
  readonly view: "doctor";
  readonly tab: DoctorTab;
  /** The finding in the panel. */
  readonly kind: FindingKind | null;
}

export const doctorPlace = (tab: DoctorTab = "findings", kind: FindingKind | null = null): DoctorPlace => ({
  view: "doctor",
  tab,
  kind,
});

/** `#/doctor/<finding>`, `#/doctor/backups`, `#/doctor/retention`. */
export function parseDoctor(word: string | null): DoctorPlace {
  const tab = DOCTOR_TABS.find((known) => known === word);
  return tab === undefined
    ? doctorPlace("findings", FINDING_KINDS.find((known) => known === word) ?? null)
    : doctorPlace(tab);
}

export function formatDoctor({ tab, kind }: DoctorPlace): string {
  if (tab !== "findings") return `#/doctor/${tab}`;
  return kind === null ? "#/doctor" : `#/doctor/${kind}`;
}
