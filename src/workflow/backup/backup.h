#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/progress.h"
#include "base/result.h"
#include "storage/audit/log.h"
#include "workflow/home.h"

namespace osler::workflow::backup {

// A backup is a folder:
//
//   README.txt                     what it is and how it must be kept
//   objects/ab/cdef…               every object of the home once, shared by all snapshots
//   snapshots/2026-11-24T09-12-31Z/
//     home/osler.db, home/keys/, home/models/, home/runs/, …   all else but cache, spool
//     SHA256SUMS                   of every file and object; sha256sum -c reads it in the folder
//     manifest.json, manifest.sig  versions, times, audit head; signed with the home's signing key
//
// It holds the home's keys and its patients' films, so its folders and files are for their owner
// alone, and whoever keeps it must keep it as the home itself.

// What a snapshot holds, as its manifest says.
struct Snapshot {
  std::string name;  // its time, "2026-11-24T09-12-31Z"
  crypto::Digest manifest;
  std::string osler;  // the version that made it
  std::string started;
  std::string ended;
  std::vector<std::string> schema;  // the steps of its database
  std::string home;                 // the home's audit key, public half, in hexadecimal
  storage::audit::SignedHead head;
  std::uint64_t objects = 0;
  std::uint64_t object_bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
  // What the home itself had lost: digests of objects that are gone or no longer their bytes, and
  // "models/NAME/1" for packages that are gone. Not in the backup.
  std::vector<std::string> damaged;
};

struct Made {
  Snapshot snapshot;
  std::uint64_t new_objects = 0;
  std::uint64_t new_bytes = 0;
  std::vector<std::string> left_out;  // links and devices in the home, by their path in it
  std::vector<std::string> dropped;   // snapshots older than those that are kept
  std::size_t kept = 0;
  double seconds = 0.0;
};

struct MakeOptions {
  std::size_t keep = 7;  // snapshots, this one among them; objects are never removed
};

// Copies the home as it stands at one moment into a new snapshot of `folder`, while others work on
// it. Keys first, then the database in one transaction, then the objects: those that this database
// names are all there, because an object is durable before its row and never changes. What an
// earlier snapshot holds is not copied again. The manifest comes last and the snapshot gets its
// name when all of it is durable: a snapshot that has a name is whole. Recorded in the audit log as
// "backup".
//
// FailedPrecondition: `folder` holds something else, another home's backup, or lies in the home (or
// the home in it). DataCorrupt: the database or the audit log is damaged. Unavailable: disk full,
// or another backup at work there. An object that is damaged does not stop the rest: see `damaged`.
[[nodiscard]] Result<Made> make(Home& home, const std::filesystem::path& folder,
                                const MakeOptions& options, Progress& progress);

// Reads the whole snapshot (`name` empty: the newest) and compares every file with its digest.
// NotFound: no snapshot there, or not this one. DataCorrupt: a file is changed, cut, missing or
// added, or the manifest is; the message says which. NotSupported: written by a newer osler.
[[nodiscard]] Result<Snapshot> check(const std::filesystem::path& folder, const std::string& name,
                                     Progress& progress);

// Makes `home`, which must be absent or empty, from a snapshot: checks what check() checks while
// copying, then the database, the audit log against the manifest's head, the registry, and that
// every object that a row names is there. Only then does the home get its name. Recorded in its
// audit log as "restore", after the head that is given back.
//
// Errors as for check(); FailedPrecondition: `home` is not empty, or a restore into it was stopped
// before.
[[nodiscard]] Result<Snapshot> restore(const std::filesystem::path& folder, const std::string& name,
                                       const std::filesystem::path& home, const Clock& clock,
                                       Progress& progress);

}  // namespace osler::workflow::backup
