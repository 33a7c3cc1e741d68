#include "dataset/split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/crypto.h"
#include "base/text.h"
#include "dataset/groups.h"

namespace osler::dataset {
namespace {

constexpr std::array<std::string_view, 3> kParts{kTrain, kValidation, kTest};
constexpr std::size_t kParts_n = kParts.size();

// A patient with all their items, and how many items of each stratum they bring.
struct Group {
  std::vector<std::size_t> items;
  std::map<std::string, double> strata;
  crypto::Digest draw;  // its place in the order, from the seed and its own names
};

Result<void> check(const Manifest& manifest, const SplitOptions& options) {
  const std::array<double, 3> shares{options.train, options.validation, options.test};
  double sum = 0.0;
  for (const double share : shares) {
    if (!(share >= 0.0 && share <= 1.0)) {
      return Error(ErrorCode::InvalidArgument, "a share of the split is outside 0 to 1");
    }
    sum += share;
  }
  if (std::abs(sum - 1.0) > 1e-6) {
    return Error(ErrorCode::InvalidArgument,
                 "the shares of the split sum to " + fixed(sum, 3) + ", not 1");
  }
  if (manifest.items.empty()) {
    return Error(ErrorCode::InvalidArgument, "there is nothing to split");
  }
  return {};
}

Error no_column(const Manifest& manifest, const std::string& name, bool label) {
  std::set<std::string> names;
  for (const auto& item : manifest.items) {
    for (const auto& [key, value] : label ? item.labels : item.attributes) {
      names.insert(key);
    }
  }
  const std::vector<std::string> known(names.begin(), names.end());
  const auto near = nearest(name, known);
  return Error(ErrorCode::NotFound, std::string("no film has the ") +
                                        (label ? "label" : "attribute") + " \"" + name + "\"")
      .hint(near ? "write " + *near
                 : "there are " + (known.empty() ? std::string("none") : join(known, ", ")));
}

Result<void> check_columns(const Manifest& manifest, const SplitOptions& options) {
  const auto any = [&](auto has) { return std::ranges::any_of(manifest.items, has); };
  if (!options.label.empty() &&
      !any([&](const Item& item) { return item.labels.contains(options.label); })) {
    return no_column(manifest, options.label, true);
  }
  for (const auto& name : options.stratify) {
    if (!any([&](const Item& item) { return item.attributes.contains(name); })) {
      return no_column(manifest, name, false);
    }
  }
  return {};
}

// What an item counts for: its label alone, and its label with the stratify attributes as one, so
// that both are shared out evenly.
std::vector<std::string> strata_of(const Item& item, const SplitOptions& options) {
  std::vector<std::string> strata;
  std::string all;
  if (const auto label = item.labels.find(options.label); label != item.labels.end()) {
    strata.push_back("label " + options.label + "=" + label->second);
    all = strata.back();
  }
  for (const auto& name : options.stratify) {
    const auto value = item.attributes.find(name);
    all += " " + name + "=" + (value == item.attributes.end() ? "" : value->second);
  }
  if (!options.stratify.empty()) {
    strata.push_back("both " + all);
  }
  return strata;
}

std::vector<Group> gather(const Manifest& manifest, const SplitOptions& options) {
  std::vector<Group> groups;
  for (auto& members : groups_of(manifest, options.keep_duplicates_together)) {
    Group group{.items = std::move(members), .strata = {}, .draw = {}};
    std::string name;
    for (const std::size_t i : group.items) {
      const auto& item = manifest.items[i];
      const std::string& own = item.patient.empty() ? item.id : item.patient;
      name = name.empty() ? own : std::min(name, own);
      for (const auto& stratum : strata_of(item, options)) {
        group.strata[stratum] += 1.0;
      }
    }
    group.draw = crypto::sha256("split " + std::to_string(options.seed) + " " + name);
    groups.push_back(std::move(group));
  }
  // The order depends on the seed and the names, never on the order of the items.
  std::ranges::sort(groups, {}, &Group::draw);
  return groups;
}

// FailedPrecondition where a class of the label has fewer patients than there are parts to fill.
Result<void> check_classes(const std::vector<Group>& groups, const SplitOptions& options,
                           std::size_t parts) {
  std::map<std::string, std::size_t> patients;
  for (const auto& group : groups) {
    for (const auto& [stratum, count] : group.strata) {
      if (stratum.starts_with("label ")) {
        ++patients[stratum];
      }
    }
  }
  for (const auto& [stratum, count] : patients) {
    if (count < parts) {
      return Error(ErrorCode::FailedPrecondition,
                   "the class " + stratum.substr(6) + " has " +
                       counted(static_cast<std::int64_t>(count), "patient") + ", fewer than the " +
                       std::to_string(parts) + " parts of the split")
          .at("label " + options.label)
          .hint("add films of that class, or give a part the share 0");
    }
  }
  return {};
}

// What each part still lacks of each stratum, and of films in all.
class Wanted {
 public:
  Wanted(const std::vector<Group>& groups, const std::array<double, 3>& shares) {
    std::map<std::string, double> totals;
    double all = 0.0;
    for (const auto& group : groups) {
      all += static_cast<double>(group.items.size());
      for (const auto& [stratum, count] : group.strata) {
        totals[stratum] += count;
      }
    }
    for (std::size_t part = 0; part < kParts_n; ++part) {
      films_.at(part) = shares.at(part) * all;
      for (const auto& [stratum, count] : totals) {
        lacks_.at(part)[stratum] = shares.at(part) * count;
      }
      open_.at(part) = shares.at(part) > 0.0;
    }
  }

  // The part that lacks most of the stratum, then most films.
  [[nodiscard]] std::size_t choose(const std::string& rarest) const {
    std::size_t best = kParts_n;
    for (std::size_t part = 0; part < kParts_n; ++part) {
      if (open_.at(part) &&
          (best == kParts_n || lack(part, rarest) > lack(best, rarest) ||
           (lack(part, rarest) == lack(best, rarest) && films_.at(part) > films_.at(best)))) {
        best = part;
      }
    }
    return best;
  }

  void give(std::size_t part, const Group& group) {
    films_.at(part) -= static_cast<double>(group.items.size());
    for (const auto& [stratum, count] : group.strata) {
      lacks_.at(part)[stratum] -= count;
    }
  }

 private:
  [[nodiscard]] double lack(std::size_t part, const std::string& stratum) const {
    const auto found = lacks_.at(part).find(stratum);
    return found == lacks_.at(part).end() ? films_.at(part) : found->second;
  }

  std::array<std::map<std::string, double>, 3> lacks_;
  std::array<double, 3> films_{};
  std::array<bool, 3> open_{};
};

// Strata from the rarest to the commonest, the joint ones before the label alone.
std::vector<std::string> by_rarity(const std::vector<Group>& groups) {
  std::map<std::string, double> totals;
  for (const auto& group : groups) {
    for (const auto& [stratum, count] : group.strata) {
      totals[stratum] += count;
    }
  }
  std::vector<std::string> order;
  for (const auto& [stratum, count] : totals) {
    order.push_back(stratum);
  }
  std::ranges::stable_sort(order, {}, [&](const std::string& stratum) {
    return std::pair(stratum.starts_with("label "), totals.at(stratum));
  });
  return order;
}

std::string_view given_part(std::string word) {
  word = lower(trim(word));
  if (word == "train" || word == "training") {
    return kTrain;
  }
  if (word == "val" || word == "valid" || word == "validation") {
    return kValidation;
  }
  if (word == "test" || word == "testing") {
    return kTest;
  }
  return {};
}

}  // namespace

Result<void> split_by_patient(Manifest& manifest, const SplitOptions& options) {
  OSLER_TRY_DO(check(manifest, options));
  OSLER_TRY_DO(check_columns(manifest, options));
  const auto groups = gather(manifest, options);
  const std::array<double, 3> shares{options.train, options.validation, options.test};
  const auto parts = static_cast<std::size_t>(
      std::ranges::count_if(shares, [](double share) { return share > 0.0; }));
  OSLER_TRY_DO(check_classes(groups, options, parts));
  Wanted wanted(groups, shares);
  std::vector<bool> placed(groups.size());
  auto strata = by_rarity(groups);
  strata.emplace_back();  // at last, those without any stratum
  for (const auto& stratum : strata) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (placed[i] || (!stratum.empty() && !groups[i].strata.contains(stratum))) {
        continue;
      }
      placed[i] = true;
      const std::size_t part = wanted.choose(stratum);
      wanted.give(part, groups[i]);
      for (const std::size_t item : groups[i].items) {
        manifest.items[item].split = kParts.at(part);
      }
    }
  }
  return {};
}

Result<void> split_as_given(Manifest& manifest, const std::string& attribute) {
  const bool any = std::ranges::any_of(
      manifest.items, [&](const Item& item) { return item.attributes.contains(attribute); });
  if (!any) {
    return no_column(manifest, attribute, false);
  }
  for (auto& item : manifest.items) {
    const auto given = item.attributes.find(attribute);
    if (given == item.attributes.end() || given->second.empty()) {
      item.split.clear();
      continue;
    }
    const auto part = given_part(given->second);
    if (part.empty()) {
      return Error(ErrorCode::DataCorrupt,
                   "\"" + given->second + "\" is none of train, validation, test")
          .at("film " + item.id + ", column " + attribute);
    }
    item.split = part;
  }
  return {};
}

}  // namespace osler::dataset
