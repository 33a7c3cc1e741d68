#include "workflow/internal/keep.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "base/text.h"
#include "workflow/internal/arrive.h"

namespace osler::workflow::internal {
namespace {

using storage::Transaction;
using storage::database::Value;

// What the batch has decided to keep for one input.
struct Kept {
  std::optional<crypto::Digest> original;
  std::optional<crypto::Digest> research;
};

// Hashes and writes what is kept of one input, and gives its memory back.
Result<void> put_one(storage::objects::Batch& objects, Examined& film, Kept& kept) {
  if (film.outcome == Outcome::Rejected) {
    return {};
  }
  OSLER_TRY(kept.original, objects.add(film.original));
  film.original = {};
  if (film.research) {
    OSLER_TRY(kept.research, objects.add(film.research->bytes));
    film.research->bytes = {};
  }
  return {};
}

Result<void> put_objects(Home& home, std::span<Examined> batch, std::vector<Kept>& kept,
                         std::size_t threads) {
  storage::objects::Batch objects(home.objects());
  std::vector<Result<void>> put(batch.size());
  parallel_for(batch.size(), threads,
               [&](std::size_t i) { put[i] = put_one(objects, batch[i], kept[i]); });
  for (auto& one : put) {
    OSLER_TRY_DO(std::move(one));
  }
  return objects.commit();
}

void turn(Examined& film, Outcome outcome, std::string kind, std::string reason) {
  film.outcome = outcome;
  film.kind = std::move(kind);
  film.reason = std::move(reason);
}

// How many revisions of this instance are kept, and whether they are of the same patient and study.
struct Former {
  std::int64_t revisions = 0;
  bool same_identity = true;
};

Result<Former> former(Transaction& change, const clinical::Instance& instance) {
  OSLER_TRY(auto rows,
            change.database().prepare("SELECT patient_id, study_instance_uid FROM originals "
                                      "WHERE sop_instance_uid = ?",
                                      {instance.sop_instance_uid}));
  Former result;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return result;
    }
    ++result.revisions;
    result.same_identity = result.same_identity && rows.text(0) == instance.patient_id &&
                           rows.text(1) == instance.study_instance_uid;
  }
}

Result<bool> is_kept(Transaction& change, const crypto::Digest& digest) {
  OSLER_TRY(const auto found,
            change.database().integer("SELECT 1 FROM originals WHERE digest = ?", {digest}));
  return found.has_value();
}

Result<void> note_same_pixels(Transaction& change, Examined& film) {
  if (!film.pixels) {
    return {};
  }
  OSLER_TRY(const auto found,
            change.database().integer("SELECT 1 FROM originals WHERE pixels = ? LIMIT 1",
                                      {*film.pixels}));
  if (found) {
    film.quality.emplace_back("duplicate_pixels");
    film.kind = "same image";
    film.reason =
        join(std::vector<std::string>{film.reason, "the same image is kept under another instance"},
             film.reason.empty() ? "" : "; ");
  }
  return {};
}

Result<void> insert_original(Transaction& change, const Examined& film,
                             const crypto::Digest& digest, std::int64_t revision,
                             const std::string& receipt) {
  const auto& instance = film.instance;
  OSLER_TRY_DO(
      change.database().execute("INSERT INTO originals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                                "?, ?, ?, ?, ?, ?, ?, ?, ?, "
                                "?, ?)",
                                {digest,
                                 instance.sop_instance_uid,
                                 revision,
                                 instance.study_instance_uid,
                                 instance.series_instance_uid,
                                 instance.patient_id,
                                 instance.modality,
                                 instance.body_part,
                                 instance.view_position,
                                 instance.row_spacing_mm,
                                 instance.column_spacing_mm,
                                 instance.manufacturer,
                                 instance.kvp,
                                 instance.exposure_mas,
                                 instance.age_years,
                                 instance.patient_sex,
                                 instance.study_date,
                                 dump_json(Json(film.quality)),
                                 film.pixels,
                                 receipt,
                                 instance.sop_class_uid,
                                 instance.series_number,
                                 instance.instance_number}));
  return {};
}

// Turns one examined film into rows, or into a duplicate or quarantined item.
Result<void> keep_one(Transaction& change, Examined& film, const Kept& kept, const Arrival& arrival,
                      Receipt& receipt) {
  if (film.outcome == Outcome::Rejected) {
    return {};
  }
  OSLER_TRY(const bool known, is_kept(change, *kept.original));
  if (known) {
    turn(film, Outcome::Duplicate, "same bytes", "the same bytes are kept already");
    return {};
  }
  if (film.outcome == Outcome::Quarantined) {
    return {};
  }
  OSLER_TRY(const Former before, former(change, film.instance));
  if (!before.same_identity) {
    turn(film, Outcome::Quarantined, "instance of another patient or study",
         "its SOP Instance UID is kept already for another patient or study");
    return {};
  }
  if (before.revisions > 0) {
    film.quality.emplace_back("revision");
    film.kind = "revision";
    film.reason = "kept as revision " + std::to_string(before.revisions + 1) +
                  " of an instance with other bytes";
  } else {
    OSLER_TRY_DO(note_same_pixels(change, film));
  }
  OSLER_TRY_DO(insert_original(change, film, *kept.original, before.revisions + 1, receipt.id));
  if (film.research && before.revisions == 0) {
    film.research->quality = film.quality;
    OSLER_TRY_DO(insert_research(change, *film.research, *kept.research, film.pixels, "research"));
    ++receipt.research_copies;
  }
  return arrive(change, film.instance, *kept.original, arrival);
}

Result<void> insert_item(Transaction& change, const Receipt& receipt, const TakenItem& item,
                         const std::optional<crypto::Digest>& digest) {
  OSLER_TRY_DO(change.database().execute(
      "INSERT INTO receipt_items VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {receipt.id, receipt.items.size(), item.path, to_string(item.outcome), item.reason, item.kind,
       item.sop_instance_uid, digest}));
  return {};
}

}  // namespace

Result<void> begin_receipt(Home& home, const Receipt& receipt) {
  OSLER_TRY_DO(
      home.database().execute("INSERT INTO receipts VALUES (?, ?, 0)", {receipt.id, receipt.time}));
  return {};
}

Result<void> end_receipt(Home& home, const Receipt& receipt, const std::string& actor) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY_DO(
      home.database().execute("UPDATE receipts SET complete = 1 WHERE id = ?", {receipt.id}));
  auto event = home.event("ingest", {{"receipt", receipt.id},
                                     {"received", std::to_string(receipt.received)},
                                     {"stored", std::to_string(receipt.count(Outcome::Stored))}});
  if (!actor.empty()) {
    event.actor = actor;
  }
  OSLER_TRY_DO(home.audit().append(change, event));
  return change.commit();
}

Result<void> insert_research(Transaction& change, const ResearchCopy& copy,
                             const crypto::Digest& digest,
                             const std::optional<crypto::Digest>& pixels,
                             const std::string& profile) {
  OSLER_TRY_DO(change.database().execute(
      "INSERT OR IGNORE INTO research VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {copy.instance.sop_instance_uid, digest, copy.instance.study_instance_uid,
       copy.instance.series_instance_uid, copy.instance.patient_id, profile,
       dump_json(Json(copy.attributes)), dump_json(Json(copy.quality)), copy.burned_in ? 1 : 0,
       pixels}));
  return {};
}

Result<bool> has_research(Home& home, const std::string& pseudonymous_uid) {
  OSLER_TRY(const auto found,
            home.database().integer("SELECT 1 FROM research WHERE sop_instance_uid = ?",
                                    {pseudonymous_uid}));
  return found.has_value();
}

Result<void> keep(Home& home, Receipt& receipt, std::span<Examined> batch,
                  const KeepOptions& options) {
  std::vector<Kept> kept(batch.size());
  OSLER_TRY_DO(put_objects(home, batch, kept, options.threads));
  const Arrival arrival{.now_ms = now_ms(home.clock()),
                        .listed = !options.history,
                        .configuration = &home.configuration()};
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  const std::size_t items_before = receipt.items.size();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Examined& film = batch[i];
    OSLER_TRY_DO(keep_one(change, film, kept[i], arrival, receipt));
    TakenItem item{.path = std::move(film.path),
                   .outcome = film.outcome,
                   .reason = std::move(film.reason),
                   .kind = std::move(film.kind),
                   .sop_instance_uid = film.instance.sop_instance_uid,
                   .study_instance_uid = film.instance.study_instance_uid};
    const bool apart = item.outcome == Outcome::Quarantined;
    OSLER_TRY_DO(insert_item(change, receipt, item, apart ? kept[i].original : std::nullopt));
    receipt.items.push_back(std::move(item));
  }
  OSLER_TRY_DO(change.commit());
  for (std::size_t i = items_before; i < receipt.items.size(); ++i) {
    ++receipt.counts[static_cast<std::size_t>(receipt.items[i].outcome)];
    receipt.bytes += batch[i - items_before].size;
  }
  receipt.received = receipt.items.size();
  return {};
}

}  // namespace osler::workflow::internal
