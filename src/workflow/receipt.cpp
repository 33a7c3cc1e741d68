#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "base/text.h"
#include "workflow/internal/examine.h"
#include "workflow/internal/keep.h"
#include "workflow/take_in.h"

namespace osler::workflow {
namespace {

Outcome outcome_from(const std::string& word) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (to_string(static_cast<Outcome>(i)) == word) {
      return static_cast<Outcome>(i);
    }
  }
  return Outcome::Rejected;
}

// An original that has no research copy yet.
struct Missing {
  crypto::Digest digest;
  std::vector<std::string> quality;
  std::optional<crypto::Digest> pixels;
};

Result<std::vector<Missing>> missing_copies(Home& home,
                                            const dicom::deidentify::Pseudonyms& pseudonyms,
                                            ResearchReport& report) {
  std::vector<std::pair<std::string, Missing>> originals;
  {
    OSLER_TRY(auto rows, home.database().prepare(
                             "SELECT digest, sop_instance_uid, quality, pixels FROM originals "
                             "WHERE revision = 1 ORDER BY digest"));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      Missing original;
      OSLER_TRY(original.digest, rows.digest(0));
      OSLER_TRY(const Json quality, parse_json(rows.text(2), "originals"));
      original.quality = quality.get<std::vector<std::string>>();
      if (!rows.is_null(3)) {
        OSLER_TRY(original.pixels, rows.digest(3));
      }
      originals.emplace_back(pseudonyms.uid(rows.text(1)), std::move(original));
    }
  }
  report.originals = originals.size();
  std::vector<Missing> missing;
  for (auto& [uid, original] : originals) {
    OSLER_TRY(const bool present, internal::has_research(home, uid));
    if (present) {
      ++report.present;
    } else {
      missing.push_back(std::move(original));
    }
  }
  return missing;
}

}  // namespace

Result<Receipt> find_receipt(Home& home, const std::string& id) {
  Receipt receipt;
  OSLER_TRY(const auto time, home.database().text("SELECT time FROM receipts WHERE id = ?", {id}));
  if (!time) {
    return Error(ErrorCode::NotFound, "there is no receipt " + id)
        .hint("osler ingest prints the receipt's number in its first line");
  }
  receipt.id = id;
  receipt.time = *time;
  OSLER_TRY(auto rows,
            home.database().prepare("SELECT path, outcome, reason, kind, sop_instance_uid, "
                                    "(SELECT study_instance_uid FROM originals AS o "
                                    " WHERE o.sop_instance_uid = i.sop_instance_uid LIMIT 1) "
                                    "FROM receipt_items AS i WHERE receipt = ? ORDER BY number",
                                    {id}));
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      receipt.received = receipt.items.size();
      return receipt;
    }
    receipt.items.push_back({.path = rows.text(0),
                             .outcome = outcome_from(rows.text(1)),
                             .reason = rows.text(2),
                             .kind = rows.text(3),
                             .sop_instance_uid = rows.text(4),
                             .study_instance_uid = rows.text(5)});
    ++receipt.counts[static_cast<std::size_t>(receipt.items.back().outcome)];
  }
}

Result<ResearchReport> make_research_copies(Home& home, std::size_t threads, Progress& progress) {
  OSLER_TRY(auto decoder, dicom::decode::Decoder::create());
  const auto profile = dicom::deidentify::Profile::research();
  OSLER_TRY(const auto pseudonyms, dicom::deidentify::Pseudonyms::create(home.pseudonym_key()));
  const internal::Bench bench{.decoder = decoder, .pseudonyms = &pseudonyms, .profile = &profile};
  ResearchReport report;
  OSLER_TRY(const auto missing, missing_copies(home, pseudonyms, report));
  constexpr std::size_t kBatch = 64;
  progress.begin("deidentify", missing.size());
  for (std::size_t first = 0; first < missing.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, missing.size() - first);
    std::vector<std::optional<Result<internal::ResearchCopy>>> copies(count);
    parallel_for(count, threads == 0 ? hardware_threads() : threads, [&](std::size_t i) {
      auto original = home.objects().read(missing[first + i].digest);
      copies[i] = original ? internal::make_copy(*original, missing[first + i].quality, bench)
                           : Result<internal::ResearchCopy>(original.error());
    });
    storage::objects::Batch objects(home.objects());
    std::vector<std::pair<std::size_t, crypto::Digest>> made;
    for (std::size_t i = 0; i < count; ++i) {
      if (!*copies[i]) {
        ++report.withheld;
        report.reasons.push_back(copies[i]->error().message);
        continue;
      }
      OSLER_TRY(const auto digest, objects.add((*copies[i])->bytes));
      made.emplace_back(i, digest);
    }
    OSLER_TRY_DO(objects.commit());
    OSLER_TRY(auto change, storage::Transaction::begin(home.database()));
    for (const auto& [i, digest] : made) {
      OSLER_TRY_DO(internal::insert_research(change, **copies[i], digest, missing[first + i].pixels,
                                             "research"));
    }
    OSLER_TRY_DO(change.commit());
    report.made += made.size();
    progress.at(first + count, "");
  }
  OSLER_TRY_DO(home.record("deidentify", {{"made", std::to_string(report.made)}}));
  progress.end(counted(static_cast<std::int64_t>(report.made), "research copy") + " made");
  return report;
}

}  // namespace osler::workflow
