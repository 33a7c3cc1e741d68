#include <algorithm>
#include <cstring>
#include <numeric>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/rng.h"
#include "base/text.h"
#include "workflow/films.h"
#include "workflow/labelling/internal/tables.h"
#include "workflow/labelling/project.h"
#include "workflow/reading/films.h"

namespace osler::workflow::labelling {
namespace {

using storage::Transaction;

constexpr std::size_t kMostFindings = 8;
constexpr std::size_t kLongestCode = 32;
constexpr std::size_t kLongestText = 100;
constexpr std::size_t kMostFilms = 100'000;

Error wrong(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

// A text for screens: something in it, not too long, no control characters.
bool is_text(std::string_view text) {
  return !trim(text).empty() && text.size() <= kLongestText &&
         std::ranges::none_of(text, [](char letter) {
           const auto byte = static_cast<unsigned char>(letter);
           return byte < 0x20 || byte == 0x7f;
         });
}

bool is_code(std::string_view code) {
  return !code.empty() && code.size() <= kLongestCode &&
         code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Result<void> check_findings(const std::vector<FindingName>& findings) {
  if (findings.empty() || findings.size() > kMostFindings) {
    return wrong("a labelling project asks for 1 to 8 findings, not " +
                 std::to_string(findings.size()));
  }
  std::set<std::string> codes;
  for (const auto& [code, label] : findings) {
    if (!is_code(code)) {
      return wrong("a finding's code has 1 to 32 lower-case letters, digits and '_'")
          .hint("for example opacity, with the label \"Opacity\"");
    }
    if (!is_text(label)) {
      return wrong("the finding \"" + code + "\" needs a label of at most 100 bytes");
    }
    if (!codes.insert(code).second) {
      return wrong("the finding \"" + code + "\" is asked for twice");
    }
  }
  return {};
}

Result<void> check(const NewProject& project) {
  if (!is_text(project.name)) {
    return wrong("a labelling project needs a name of at most 100 bytes");
  }
  for (const auto* person : {&project.readers[0], &project.readers[1], &project.adjudicator}) {
    if (!is_text(*person)) {
      return wrong("a labelling project needs two readers and an adjudicator, by name");
    }
  }
  if (project.readers[0] == project.readers[1]) {
    return wrong("the two readers are the same person")
        .hint("agreement with oneself says nothing: name another");
  }
  if (std::ranges::count(project.readers, project.adjudicator) > 0) {
    return wrong("the adjudicator is one of the readers")
        .hint("who has answered already cannot decide between the answers: name another");
  }
  if (project.films == 0 || project.films > kMostFilms) {
    return wrong("a labelling project has 1 to 100,000 films");
  }
  return check_findings(project.findings);
}

// A film as it was drawn.
struct Drawn {
  const dataset::Item* item = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::array<std::size_t, 2> order{};
};

std::vector<std::size_t> shuffled(std::size_t count, std::uint32_t seed, std::string_view purpose) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng = Rng::named(seed, purpose);
  rng.shuffle(std::span(order));
  return order;
}

// The films in the order of the data set, so that a film's number says nothing of the draw.
std::vector<Drawn> draw(const dataset::Manifest& manifest, std::size_t count, std::uint32_t seed) {
  auto chosen = shuffled(manifest.items.size(), seed, "labelling/draw");
  chosen.resize(count);
  std::ranges::sort(chosen);
  auto first = shuffled(count, seed, "labelling/first");
  const auto second = shuffled(count, seed, "labelling/second");
  if (first == second) {  // by chance, where there are few films
    std::ranges::rotate(first, first.begin() + (count > 1 ? 1 : 0));
  }
  std::vector<Drawn> drawn(count);
  for (std::size_t i = 0; i < count; ++i) {
    drawn[i].item = &manifest.items[chosen[i]];
    drawn[first[i]].order[0] = i + 1;
    drawn[second[i]].order[1] = i + 1;
  }
  return drawn;
}

std::size_t number_of(const dataset::Item& item, const char* attribute) {
  const auto found = item.attributes.find(attribute);
  const auto number = found == item.attributes.end() ? std::nullopt : parse_integer(found->second);
  return number && *number > 0 ? static_cast<std::size_t>(*number) : 0;
}

// How large each film is, for the boxes: what its attributes say, else what its bytes say.
Result<void> measure(Home& home, std::vector<Drawn>& films) {
  std::optional<reading::Films> reader;
  for (auto& film : films) {
    const auto& media = film.item->media;
    if (media != kMediaDicom && media != kMediaPng && media != kMediaJpeg) {
      return Error(ErrorCode::NotSupported,
                   "films of the kind \"" + media + "\" cannot be labelled")
          .hint("label a data set of DICOM, PNG or JPEG");
    }
    film.rows = number_of(*film.item, "rows");
    film.columns = number_of(*film.item, "columns");
    if (film.rows > 0 && film.columns > 0) {
      continue;
    }
    if (!reader) {
      OSLER_TRY(reader, reading::Films::create(home));
    }
    auto facts = reader->facts_of(film.item->object);
    if (!facts) {
      return std::move(facts).error().at("film " + film.item->id);
    }
    film.rows = facts->rows;
    film.columns = facts->columns;
  }
  return {};
}

std::uint32_t seed_by_chance() {
  const Bytes bytes = crypto::random_bytes(sizeof(std::uint32_t));
  std::uint32_t seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

Result<void> insert_films(Home& home, std::int64_t project, const std::vector<Drawn>& films) {
  std::int64_t number = 0;
  for (const auto& film : films) {
    OSLER_TRY_DO(
        home.database().execute("INSERT INTO labelling_items VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                {project, ++number, film.item->id, film.item->object, film.rows,
                                 film.columns, film.order[0], film.order[1]}));
  }
  return {};
}

Result<std::int64_t> insert_project(Home& home, const NewProject& project,
                                    const dataset::Version& version, std::uint32_t seed,
                                    const reading::Person& person) {
  OSLER_TRY(
      const auto same,
      home.database().integer("SELECT id FROM labelling_projects WHERE name = ?", {project.name}));
  if (same) {
    return Error(ErrorCode::FailedPrecondition,
                 "there is a labelling project of this name: l" + std::to_string(*same))
        .hint("give another name");
  }
  Json findings = Json::array();
  for (const auto& [code, label] : project.findings) {
    findings.push_back({{"code", code}, {"label", label}});
  }
  OSLER_TRY_DO(home.database().execute(
      "INSERT INTO labelling_projects (name, dataset, version, findings, boxes, first_reader, "
      "second_reader, adjudicator, films, seed, created_by, created_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {project.name, version.short_digest(), version.digest, dump_json(findings),
       project.boxes ? 1 : 0, project.readers[0], project.readers[1], project.adjudicator,
       project.films, seed, person.name, now_ms(home.clock())}));
  return home.database().last_id();
}

}  // namespace

Result<Project> create(Home& home, const NewProject& project, const Viewer& who) {
  if (!who.manages) {
    return Error(ErrorCode::PermissionDenied, "you may not set labelling projects up");
  }
  OSLER_TRY_DO(check(project));
  OSLER_TRY(const auto version, home.catalogue().find(project.dataset));
  OSLER_TRY(const auto manifest, home.catalogue().manifest(version));
  if (project.films > manifest.items.size()) {
    return wrong("the data set has " + counted(version.items, "film") + ", not " +
                 std::to_string(project.films))
        .at(version.reference());
  }
  const std::uint32_t seed = project.seed.value_or(seed_by_chance());
  auto films = draw(manifest, project.films, seed);
  OSLER_TRY_DO(measure(home, films));
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY(const auto id, insert_project(home, project, version, seed, who.person));
  OSLER_TRY_DO(insert_films(home, id, films));
  OSLER_TRY_DO(internal::audit(home, change, "labelling.create", who.person,
                               {{"project", "l" + std::to_string(id)},
                                {"digest", version.digest.hex()},
                                {"films", std::to_string(films.size())},
                                {"seed", std::to_string(seed)}}));
  OSLER_TRY_DO(change.commit());
  return find(home, id, who);
}

}  // namespace osler::workflow::labelling
