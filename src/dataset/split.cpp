#include "dataset/split.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/crypto.h"
#include "base/text.h"
#include "dataset/internal/groups.h"

namespace osler::dataset {
namespace {

struct Part {
  std::string_view name;
  double share;
};

// A property whose share is kept equal in all parts (all items, a class, a class at one site), and
// how many items have it so far.
struct Margin {
  double weight = 1.0;
  double total = 0.0;
  std::array<double, 3> assigned{};
};

struct Candidate {
  const Group* group = nullptr;
  std::string order;                                    // drawn from the seed
  std::vector<std::pair<std::size_t, double>> margins;  // which, and how many of its items
  std::set<std::string> classes;
};

std::vector<Part> parts_of(const SplitOptions& options) {
  // The strictest first, so that the rarest cases are shared out from there.
  std::vector<Part> parts{
      {kTest, options.test}, {kValidation, options.validation}, {kTrain, options.train}};
  std::erase_if(parts, [](const Part& part) { return part.share == 0.0; });
  return parts;
}

Result<void> check_shares(const SplitOptions& options) {
  const std::array shares{options.train, options.validation, options.test};
  const auto is_share = [](double share) { return share >= 0.0 && share <= 1.0; };
  if (!std::ranges::all_of(shares, is_share) ||
      std::abs(options.train + options.validation + options.test - 1.0) > 1e-6) {
    return Error(ErrorCode::InvalidArgument,
                 "the shares of train, validation and test are not 1 together")
        .hint("for example train: 0.7, validation: 0.1, test: 0.2");
  }
  return {};
}

std::string value_of(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

Result<void> require(const Manifest& manifest, const std::string& name, Fields Item::* fields,
                     std::string_view kind) {
  std::set<std::string> known;
  for (const auto& item : manifest.items) {
    if (!value_of(item.*fields, name).empty()) {
      return {};
    }
    for (const auto& [key, value] : item.*fields) {
      known.insert(key);
    }
  }
  const std::vector<std::string> names(known.begin(), known.end());
  const auto near = nearest(name, names);
  return Error(ErrorCode::NotFound, "no item has the " + std::string(kind) + " \"" + name + "\"" +
                                        (near ? "; did you mean \"" + *near + "\"?" : ""))
      .hint(names.empty() ? "the data set has no such fields at all"
                          : "there are: " + join(names, ", "));
}

// Turns an attribute's text into the band that is balanced. Numbers of many values (an age) are
// taken by fifths; all else as it stands.
constexpr std::size_t kFewValues = 10;

class Bands {
 public:
  Bands(const Manifest& manifest, const std::string& attribute) : attribute_(attribute) {
    std::vector<double> numbers;
    std::set<std::string> values;
    for (const auto& item : manifest.items) {
      const std::string text = value_of(item.attributes, attribute);
      const auto number = parse_number(text);
      if (!text.empty() && !number) {
        return;
      }
      if (number) {
        numbers.push_back(*number);
        values.insert(text);
      }
    }
    if (values.size() > kFewValues) {
      std::ranges::sort(numbers);
      for (std::size_t fifth = 1; fifth < 5; ++fifth) {
        edges_.push_back(numbers[numbers.size() * fifth / 5]);
      }
    }
  }

  [[nodiscard]] std::string of(const Item& item) const {
    std::string text = value_of(item.attributes, attribute_);
    const auto number = parse_number(text);
    if (edges_.empty() || !number) {
      return text;
    }
    return std::to_string(std::ranges::upper_bound(edges_, *number) - edges_.begin());
  }

 private:
  std::string attribute_;
  std::vector<double> edges_;
};

constexpr char kSeparator = '\x1F';

// The names of an item's margins: all items; its class; its class in each band.
std::vector<std::string> margin_names(const Item& item, const SplitOptions& options,
                                      const std::vector<Bands>& bands) {
  std::vector<std::string> names{"all"};
  const std::string label =
      options.label.empty() ? std::string() : value_of(item.labels, options.label);
  if (!options.label.empty()) {
    names.push_back(std::string("class") + kSeparator + label);
  }
  for (std::size_t i = 0; i < bands.size(); ++i) {
    names.push_back("band" + std::to_string(i) + kSeparator + label + kSeparator +
                    bands[i].of(item));
  }
  return names;
}

class Splitter {
 public:
  Splitter(Manifest& manifest, const SplitOptions& options)
      : manifest_(manifest), options_(options), parts_(parts_of(options)) {
    groups_ = groups_of(
        manifest, options.keep_duplicates_together ? Duplicates::Together : Duplicates::Apart);
    describe();
  }

  Result<void> run() {
    OSLER_TRY_DO(place_every_class());
    for (const auto& candidate : candidates_) {
      if (!taken_.contains(candidate.group)) {
        place(candidate, best_part(candidate));
      }
    }
    return {};
  }

 private:
  void describe() {
    std::vector<Bands> bands;
    bands.reserve(options_.stratify.size());
    for (const auto& attribute : options_.stratify) {
      bands.emplace_back(manifest_, attribute);
    }
    // Numbered in the order of their names, so that sums are taken in the same order however the
    // items are ordered.
    std::map<std::string, std::size_t> numbers;
    for (const auto& item : manifest_.items) {
      for (auto& name : margin_names(item, options_, bands)) {
        numbers.emplace(std::move(name), 0);
      }
    }
    for (std::size_t next = 0; auto& [name, number] : numbers) {
      number = next++;
      margins_.push_back({.weight = name.starts_with("class") ? 2.0 : 1.0});
    }
    for (const auto& group : groups_) {
      candidates_.push_back(describe(group, bands, numbers));
    }
    // Large patients first, while there is room to balance them; of like size, as the seed draws.
    std::ranges::sort(candidates_, [](const Candidate& one, const Candidate& other) {
      const auto rank = [](const Candidate& candidate) {
        return std::pair(-static_cast<int>(std::bit_width(candidate.group->items.size())),
                         candidate.order);
      };
      return rank(one) < rank(other);
    });
  }

  Candidate describe(const Group& group, const std::vector<Bands>& bands,
                     const std::map<std::string, std::size_t>& numbers) const {
    Candidate candidate{
        .group = &group,
        .order =
            crypto::sha256("split\n" + std::to_string(options_.seed) + "\n" + group.name).hex(),
        .margins = {},
        .classes = {}};
    std::map<std::size_t, double> counts;
    for (const std::size_t index : group.items) {
      const Item& item = manifest_.items[index];
      for (const auto& name : margin_names(item, options_, bands)) {
        counts[numbers.at(name)] += 1.0;
      }
      if (const std::string label = value_of(item.labels, options_.label); !label.empty()) {
        candidate.classes.insert(label);
      }
    }
    candidate.margins.assign(counts.begin(), counts.end());
    return candidate;
  }

  // One group of each class into each part, rarest class first: balance alone could leave a rare
  // class out of a small part.
  Result<void> place_every_class() {
    std::map<std::string, std::vector<const Candidate*>> holders;
    for (const auto& candidate : candidates_) {
      for (const auto& label : candidate.classes) {
        holders[label].push_back(&candidate);
      }
    }
    std::vector<std::pair<std::size_t, std::string>> by_rarity;
    by_rarity.reserve(holders.size());
    for (const auto& [label, candidates] : holders) {
      by_rarity.emplace_back(candidates.size(), label);
    }
    std::ranges::sort(by_rarity);
    for (const auto& [count, label] : by_rarity) {
      if (count < parts_.size()) {
        return too_rare(label, count);
      }
      // The smallest patients serve, so that the shares stay near what was asked.
      auto& candidates = holders[label];
      std::ranges::reverse(candidates);
      for (std::size_t part = 0; part < parts_.size(); ++part) {
        if (!placed_.contains({part, label}) && !place_one(candidates, part)) {
          return too_rare(label, count);
        }
      }
    }
    return {};
  }

  bool place_one(const std::vector<const Candidate*>& candidates, std::size_t part) {
    const auto free = std::ranges::find_if(
        candidates, [&](const Candidate* candidate) { return !taken_.contains(candidate->group); });
    if (free == candidates.end()) {
      return false;
    }
    place(**free, part);
    return true;
  }

  [[nodiscard]] Error too_rare(const std::string& label, std::size_t count) const {
    return Error(ErrorCode::FailedPrecondition,
                 "cannot be stratified: \"" + options_.label + "\" is \"" + label + "\" in " +
                     counted(static_cast<std::int64_t>(count), "patient") + " only, and " +
                     std::to_string(parts_.size()) + " parts need one each")
        .hint("give a part the share 0, leave this class out, or add films of it");
  }

  // How far from its shares a margin would be if `added` items went to `part` (minimisation, Pocock
  // and Simon, Biometrics 1975, with squared differences).
  [[nodiscard]] double imbalance(const Margin& margin, double added, std::size_t part) const {
    double sum = 0.0;
    for (std::size_t other = 0; other < parts_.size(); ++other) {
      const double has = margin.assigned[other] + (other == part ? added : 0.0);
      const double due = parts_[other].share * (margin.total + added);
      sum += (has - due) * (has - due) / parts_[other].share;
    }
    return margin.weight * sum;
  }

  [[nodiscard]] std::size_t best_part(const Candidate& candidate) const {
    std::array<double, 3> cost{};
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      for (const auto& [number, added] : candidate.margins) {
        cost[part] += imbalance(margins_[number], added, part);
      }
    }
    const auto end = cost.begin() + static_cast<std::ptrdiff_t>(parts_.size());
    return static_cast<std::size_t>(std::min_element(cost.begin(), end) - cost.begin());
  }

  void place(const Candidate& candidate, std::size_t part) {
    taken_.insert(candidate.group);
    for (const std::size_t index : candidate.group->items) {
      manifest_.items[index].split = std::string(parts_[part].name);
    }
    for (const auto& [number, added] : candidate.margins) {
      margins_[number].total += added;
      margins_[number].assigned[part] += added;
    }
    for (const auto& label : candidate.classes) {
      placed_.insert({part, label});
    }
  }

  Manifest& manifest_;
  const SplitOptions& options_;
  std::vector<Part> parts_;
  std::vector<Group> groups_;
  std::vector<Margin> margins_;
  std::vector<Candidate> candidates_;
  std::set<const Group*> taken_;
  std::set<std::pair<std::size_t, std::string>> placed_;  // part and class
};

}  // namespace

Result<void> split_by_patient(Manifest& manifest, const SplitOptions& options) {
  OSLER_TRY_DO(check_shares(options));
  if (manifest.items.empty()) {
    return Error(ErrorCode::InvalidArgument, "there are no items to split");
  }
  if (!options.label.empty()) {
    OSLER_TRY_DO(require(manifest, options.label, &Item::labels, "label"));
  }
  for (const auto& attribute : options.stratify) {
    OSLER_TRY_DO(require(manifest, attribute, &Item::attributes, "attribute"));
  }
  Manifest result = manifest;
  OSLER_TRY_DO(Splitter(result, options).run());
  manifest = std::move(result);
  return {};
}

Result<void> split_as_given(Manifest& manifest, const std::string& attribute) {
  static const std::map<std::string, std::string_view, std::less<>> words{
      {"train", kTrain},      {"training", kTrain},        {"val", kValidation},
      {"valid", kValidation}, {"validation", kValidation}, {"test", kTest},
      {"testing", kTest}};
  OSLER_TRY_DO(require(manifest, attribute, &Item::attributes, "attribute"));
  std::vector<std::string_view> splits;
  splits.reserve(manifest.items.size());
  for (const auto& item : manifest.items) {
    const std::string word = lower(trim(value_of(item.attributes, attribute)));
    const auto found = words.find(word);
    if (word.empty()) {
      splits.emplace_back();
      continue;
    }
    if (found == words.end()) {
      return Error(ErrorCode::DataCorrupt, "\"" + word + "\" is not a part of a split")
          .at("item " + item.id)
          .hint("write train, validation or test in \"" + attribute + "\"");
    }
    splits.push_back(found->second);
  }
  for (std::size_t i = 0; i < splits.size(); ++i) {
    manifest.items[i].split = splits[i];
  }
  return {};
}

}  // namespace osler::dataset
