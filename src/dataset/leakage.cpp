#include "dataset/leakage.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "dataset/groups.h"

namespace osler::dataset {
namespace {

std::vector<std::string> distinct(std::set<std::string> values) {
  values.erase("");
  return {values.begin(), values.end()};
}

struct Gathered {
  std::vector<std::string> ids;
  std::set<std::string> splits;
  std::set<Fields> labels;
};

void gather(Gathered& into, const Item& item) {
  into.ids.push_back(item.id);
  into.splits.insert(item.split);
  into.labels.insert(item.labels);
}

template <typename T>
void sort_by_first_id(std::vector<T>& groups) {
  std::ranges::sort(groups, {}, [](const T& group) { return group.ids.front(); });
}

// The strictest part that the group touches: test before validation before train.
std::size_t strictest(const Manifest& manifest, const std::vector<std::size_t>& group) {
  std::array<bool, 4> touched{};
  for (const std::size_t i : group) {
    touched.at(part_number(manifest.items[i].split)) = true;
  }
  return touched[2] ? 2 : touched[1] ? 1 : touched[0] ? 0 : 3;
}

constexpr std::array<std::string_view, 3> kParts{kTrain, kValidation, kTest};

Treated keep_together(Manifest& manifest) {
  Treated treated;
  for (const auto& group : groups_of(manifest, true)) {
    const std::size_t part = strictest(manifest, group);
    for (const std::size_t i : group) {
      auto& split = manifest.items[i].split;
      if (part < kParts.size() && !split.empty() && split != kParts.at(part)) {
        split = kParts.at(part);
        ++treated.moved;
      }
    }
  }
  return treated;
}

Treated drop(Manifest& manifest) {
  // Items that share a patient or pixels with a stricter part go, until nothing is shared any more.
  std::map<std::string, std::size_t> strictest_of_patient;
  std::map<crypto::Digest, std::size_t> strictest_of_pixels;
  for (const auto& item : manifest.items) {
    const std::size_t part = part_number(item.split);
    if (part > 2) {
      continue;
    }
    if (!item.patient.empty()) {
      auto& known = strictest_of_patient.emplace(item.patient, part).first->second;
      known = std::max(known, part);
    }
    if (item.pixels) {
      auto& known = strictest_of_pixels.emplace(*item.pixels, part).first->second;
      known = std::max(known, part);
    }
  }
  const std::size_t before = manifest.items.size();
  std::erase_if(manifest.items, [&](const Item& item) {
    const std::size_t part = part_number(item.split);
    return part <= 2 && ((!item.patient.empty() && strictest_of_patient.at(item.patient) > part) ||
                         (item.pixels && strictest_of_pixels.at(*item.pixels) > part));
  });
  return {.moved = 0, .dropped = before - manifest.items.size()};
}

Error refused(const LeakageAudit& audit) {
  constexpr std::size_t kShown = 3;
  auto pairs = audit.pairs();
  const std::size_t all = pairs.size();
  pairs.resize(std::min(kShown, all));
  return Error(ErrorCode::FailedPrecondition, std::to_string(audit.across_splits) +
                                                  " groups of equal films and " +
                                                  std::to_string(audit.patients.size()) +
                                                  " patients stand on two sides of the split")
      .at(join(pairs, "; ") +
          (all > kShown ? "; and " + std::to_string(all - kShown) + " more" : std::string()));
}

}  // namespace

LeakageAudit audit(const Manifest& manifest) {
  std::map<crypto::Digest, Gathered> by_pixels;
  std::map<std::string, Gathered> by_patient;
  LeakageAudit found;
  for (const auto& item : manifest.items) {
    if (item.pixels) {
      gather(by_pixels[*item.pixels], item);
    } else {
      ++found.without_pixels;
    }
    if (!item.patient.empty()) {
      gather(by_patient[item.patient], item);
    }
  }
  for (auto& [pixels, group] : by_pixels) {
    if (group.ids.size() < 2) {
      continue;
    }
    std::ranges::sort(group.ids);
    found.duplicates.push_back({.pixels = pixels,
                                .ids = std::move(group.ids),
                                .splits = distinct(std::move(group.splits)),
                                .label_conflict = group.labels.size() > 1});
    found.across_splits += found.duplicates.back().across() ? 1U : 0U;
    found.label_conflicts += found.duplicates.back().label_conflict ? 1U : 0U;
  }
  for (auto& [patient, group] : by_patient) {
    auto splits = distinct(std::move(group.splits));
    if (splits.size() > 1) {
      std::ranges::sort(group.ids);
      found.patients.push_back({.ids = std::move(group.ids), .splits = std::move(splits)});
    }
  }
  sort_by_first_id(found.duplicates);
  sort_by_first_id(found.patients);
  return found;
}

std::vector<std::string> LeakageAudit::pairs() const {
  std::vector<std::string> lines;
  for (const auto& group : duplicates) {
    if (group.across()) {
      lines.push_back(join(group.ids, ", ") + " have the same pixels and stand in " +
                      join(group.splits, " and "));
    }
  }
  for (const auto& patient : patients) {
    lines.push_back(join(patient.ids, ", ") + " are of one patient and stand in " +
                    join(patient.splits, " and "));
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
  return Error(ErrorCode::InvalidArgument, "\"" + std::string(text) + "\" is no treatment")
      .hint("write refuse, keep-together or drop");
}

Result<Treated> treat(Manifest& manifest, LeakageTreatment treatment) {
  const auto found = audit(manifest);
  if (!found.leaks()) {
    return Treated{};
  }
  if (treatment == LeakageTreatment::Refuse) {
    return refused(found);
  }
  return treatment == LeakageTreatment::KeepTogether ? keep_together(manifest) : drop(manifest);
}

}  // namespace osler::dataset
