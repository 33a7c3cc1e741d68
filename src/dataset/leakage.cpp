#include "dataset/leakage.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "dataset/internal/groups.h"

namespace osler::dataset {
namespace {

using Items = std::vector<const Item*>;

// How strict a part is: what stands in a stricter one must not be in a laxer one.
int strictness(std::string_view split) {
  return split == kTest ? 3 : split == kValidation ? 2 : split == kTrain ? 1 : 0;
}

std::vector<std::string> ids_of(Items& items) {
  std::ranges::sort(items, {}, &Item::id);
  std::vector<std::string> ids;
  ids.reserve(items.size());
  for (const Item* item : items) {
    ids.push_back(item->id);
  }
  return ids;
}

// The parts that the items stand in; an item without a split is in none.
std::vector<std::string> splits_of(const Items& items) {
  std::set<std::string> splits;
  for (const Item* item : items) {
    if (!item->split.empty()) {
      splits.insert(item->split);
    }
  }
  return {splits.begin(), splits.end()};
}

void remember_parts(const Items& items, std::map<std::string, std::string>& parts) {
  for (const Item* item : items) {
    parts.emplace(item->id, item->split);
  }
}

bool labels_differ(const Items& items) {
  return std::ranges::any_of(
      items, [&](const Item* item) { return item->labels != items.front()->labels; });
}

// One line for each item of a laxer part beside the first of the strictest.
void add_pairs(const std::vector<std::string>& ids, const std::map<std::string, std::string>& parts,
               std::string_view what, std::vector<std::string>& lines) {
  const auto part = [&](const std::string& id) { return parts.at(id); };
  const auto strictest = std::ranges::max_element(
      ids, {}, [&](const std::string& id) { return strictness(part(id)); });
  for (const auto& id : ids) {
    if (!part(id).empty() && part(id) != part(*strictest)) {
      lines.push_back(*strictest + " (" + part(*strictest) + ") has the " + std::string(what) +
                      " of " + id + " (" + part(id) + ")");
    }
  }
}

// How many pairs an error names.
constexpr std::size_t kNamed = 3;

Error refusal(const LeakageAudit& found) {
  auto pairs = found.pairs();
  std::string message = counted(static_cast<std::int64_t>(found.across_splits), "duplicate group") +
                        " and " +
                        counted(static_cast<std::int64_t>(found.patients.size()), "patient") +
                        " stand on two sides of the split: ";
  const std::size_t rest = pairs.size() - std::min(pairs.size(), kNamed);
  pairs.resize(std::min(pairs.size(), kNamed));
  message += join(pairs, "; ");
  if (rest > 0) {
    message += "; and " + std::to_string(rest) + " more";
  }
  return Error(ErrorCode::FailedPrecondition, message)
      .hint(
          "say how to treat them: leakage: {duplicates: drop} or {duplicates: keep_together} in "
          "the "
          "study file, --duplicates on the command line");
}

Treated keep_together(Manifest& manifest) {
  Treated treated;
  for (const auto& group : groups_of(manifest, Duplicates::Together)) {
    std::string_view strictest;
    for (const std::size_t index : group.items) {
      const std::string& split = manifest.items[index].split;
      strictest = strictness(split) > strictness(strictest) ? std::string_view(split) : strictest;
    }
    const std::string target(strictest);
    for (const std::size_t index : group.items) {
      std::string& split = manifest.items[index].split;
      if (!split.empty() && split != target) {
        split = target;
        ++treated.moved;
      }
    }
  }
  return treated;
}

Treated drop(Manifest& manifest) {
  std::map<std::string, int> patients;
  std::map<crypto::Digest, int> pictures;
  for (const auto& item : manifest.items) {
    const int here = strictness(item.split);
    if (!item.patient.empty()) {
      patients[item.patient] = std::max(patients[item.patient], here);
    }
    if (item.pixels) {
      pictures[*item.pixels] = std::max(pictures[*item.pixels], here);
    }
  }
  const auto leaks = [&](const Item& item) {
    const int here = strictness(item.split);
    return here > 0 && ((!item.patient.empty() && patients[item.patient] > here) ||
                        (item.pixels && pictures[*item.pixels] > here));
  };
  return {.moved = 0, .dropped = std::erase_if(manifest.items, leaks)};
}

}  // namespace

LeakageAudit audit(const Manifest& manifest) {
  LeakageAudit found;
  std::map<crypto::Digest, Items> pictures;
  std::map<std::string, Items> patients;
  for (const auto& item : manifest.items) {
    if (item.pixels) {
      pictures[*item.pixels].push_back(&item);
    } else {
      ++found.without_pixels;
    }
    if (!item.patient.empty()) {
      patients[item.patient].push_back(&item);
    }
  }
  for (auto& [pixels, items] : pictures) {
    if (items.size() > 1) {
      DuplicateGroup group{.pixels = pixels,
                           .ids = ids_of(items),
                           .splits = splits_of(items),
                           .label_conflict = labels_differ(items)};
      found.across_splits += group.across() ? 1U : 0U;
      found.label_conflicts += group.label_conflict ? 1U : 0U;
      found.duplicates.push_back(std::move(group));
      remember_parts(items, found.parts_);
    }
  }
  for (auto& [patient, items] : patients) {
    if (auto splits = splits_of(items); splits.size() > 1) {
      found.patients.push_back({.ids = ids_of(items), .splits = std::move(splits)});
      remember_parts(items, found.parts_);
    }
  }
  std::ranges::sort(found.duplicates, {}, [](const auto& group) { return group.ids.front(); });
  std::ranges::sort(found.patients, {}, [](const auto& patient) { return patient.ids.front(); });
  return found;
}

std::vector<std::string> LeakageAudit::pairs() const {
  std::vector<std::string> lines;
  for (const auto& group : duplicates) {
    if (group.across()) {
      add_pairs(group.ids, parts_, "pixels", lines);
    }
  }
  for (const auto& patient : patients) {
    add_pairs(patient.ids, parts_, "patient", lines);
  }
  return lines;
}

Result<LeakageTreatment> leakage_treatment(std::string_view text) {
  if (text == "refuse") {
    return LeakageTreatment::Refuse;
  }
  if (text == "keep-together") {
    return LeakageTreatment::KeepTogether;
  }
  if (text == "drop") {
    return LeakageTreatment::Drop;
  }
  return Error(ErrorCode::InvalidArgument,
               "\"" + std::string(text) + "\" is no way to treat leakage")
      .hint("write refuse, keep-together or drop");
}

Result<Treated> treat(Manifest& manifest, LeakageTreatment treatment) {
  if (treatment == LeakageTreatment::KeepTogether) {
    return keep_together(manifest);
  }
  if (treatment == LeakageTreatment::Drop) {
    return drop(manifest);
  }
  if (const auto found = audit(manifest); found.leaks()) {
    return refusal(found);
  }
  return Treated{};
}

}  // namespace osler::dataset
