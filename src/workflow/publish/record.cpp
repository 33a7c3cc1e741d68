#include "workflow/publish/record.h"

#include <algorithm>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "fhir/resources/resources.h"
#include "fhir/search/match.h"
#include "workflow/publish/internal/facts.h"

namespace osler::workflow::publish {
namespace {

namespace resources = fhir::resources;
namespace query_of = fhir::search;
using fhir::search::Cursor;
using fhir::search::Query;
using internal::StudyRecord;
using resources::Type;

// So many studies are looked through for one answer with a total, or in a chosen order.
constexpr std::size_t kMostCounted = 5000;
// So many for one page without a total.
constexpr std::size_t kMostWalked = 2000;

Error not_found() {
  return Error(ErrorCode::NotFound, "there is no such resource");
}

Result<std::int64_t> number_in(const std::string& id, char letter) {
  const auto number =
      id.size() > 1 && id.front() == letter ? parse_integer(id.substr(1)) : std::nullopt;
  if (!number || *number < 1 || std::to_string(*number) != id.substr(1)) {
    return not_found();
  }
  return *number;
}

// What one study gives of a type.
Result<std::vector<Json>> resources_of(const StudyRecord& record, Type type) {
  std::vector<Json> list;
  const auto add = [&](Result<Json> made) -> Result<void> {
    OSLER_TRY(Json resource, std::move(made));
    list.push_back(std::move(resource));
    return {};
  };
  switch (type) {
    case Type::Patient:
      OSLER_TRY_DO(add(resources::patient(record.patient)));
      break;
    case Type::ImagingStudy:
      OSLER_TRY_DO(add(resources::imaging_study(record.study)));
      break;
    case Type::DiagnosticReport:
      // A study that no model looked at has no report of ours.
      if (!record.report.findings.empty()) {
        OSLER_TRY_DO(add(resources::diagnostic_report(record.report, record.study)));
      }
      break;
    case Type::Observation:
      for (const auto& [finding, model] : record.report.findings) {
        OSLER_TRY_DO(add(resources::observation(finding, record.study, model)));
      }
      break;
    case Type::Provenance:
      for (const auto& [finding, model] : record.report.findings) {
        OSLER_TRY_DO(add(resources::provenance(finding, record.study, model)));
      }
      break;
    case Type::Device:
      break;
  }
  return list;
}

Result<std::vector<std::int64_t>> numbers(storage::Statement rows) {
  std::vector<std::int64_t> list;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    list.push_back(rows.integer(0));
  }
}

// The study that a row's id leads to.
Result<std::optional<std::int64_t>> study_of(Home& home, Type type, const std::string& id) {
  if (type == Type::Observation || type == Type::Provenance) {
    const auto result = number_in(id, 'f');
    if (!result) {
      return std::optional<std::int64_t>();
    }
    return home.database().integer("SELECT study FROM results WHERE id = ? AND shown = 1",
                                   {*result});
  }
  const auto number = number_in(id, type == Type::Patient ? 'p' : 's');
  return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

using Numbers = std::set<std::int64_t>;

Result<void> add_by_token(Home& home, const Query& query, std::string_view name,
                          const std::string& code, Numbers& found) {
  if (name == "_id") {
    OSLER_TRY(const auto study, study_of(home, query.type, code));
    if (study) {
      found.insert(*study);
    }
    return {};
  }
  const std::string uid = code.starts_with("urn:oid:") ? code.substr(8) : code;
  OSLER_TRY(auto rows,
            home.database().prepare("SELECT number FROM studies WHERE study_instance_uid = ? OR "
                                    "accession = ? OR patient_id = ?",
                                    {uid, code, code}));
  OSLER_TRY(const auto list, numbers(std::move(rows)));
  found.insert(list.begin(), list.end());
  return {};
}

Result<void> add_by_patient(Home& home, const std::string& id, Numbers& found) {
  const auto number = number_in(id, 'p');
  if (!number) {
    return {};
  }
  OSLER_TRY(auto rows,
            home.database().prepare(
                "SELECT number FROM studies WHERE number = ? OR (patient_id <> '' AND patient_id = "
                "(SELECT patient_id FROM studies WHERE number = ?))",
                {*number, *number}));
  OSLER_TRY(const auto list, numbers(std::move(rows)));
  found.insert(list.begin(), list.end());
  return {};
}

// The studies among which all matches must be, by the criteria that name rows; nothing: any study.
// A first sieve only: what is a match, fhir::search::matches says.
Result<std::optional<Numbers>> sieve(Home& home, const Query& query) {
  std::optional<Numbers> among;
  for (const auto& criterion : query.criteria) {
    const auto& name = criterion.parameter->name;
    Numbers found;
    if (name == "_id" || name == "identifier") {
      const auto* tokens = std::get_if<std::vector<query_of::Token>>(&criterion.any_of);
      const bool open = tokens == nullptr ||
                        std::ranges::any_of(*tokens, [](const auto& t) { return t.code.empty(); });
      if (open) {
        continue;
      }
      for (const auto& token : *tokens) {
        OSLER_TRY_DO(add_by_token(home, query, name, token.code, found));
      }
    } else if (name == "patient" || name == "subject") {
      for (const auto& target : std::get<std::vector<query_of::Target>>(criterion.any_of)) {
        OSLER_TRY_DO(add_by_patient(home, target.id, found));
      }
    } else {
      continue;
    }
    if (among) {
      Numbers both;
      std::ranges::set_intersection(*among, found, std::inserter(both, both.end()));
      among = std::move(both);
    } else {
      among = std::move(found);
    }
  }
  return among;
}

Result<std::vector<std::int64_t>> candidates(Home& home, const Query& query) {
  OSLER_TRY(auto among, sieve(home, query));
  if (among) {
    return std::vector<std::int64_t>(among->begin(), among->end());
  }
  if (query.type == Type::Patient) {
    OSLER_TRY(auto rows, home.database().prepare(
                             "SELECT min(number) AS first FROM studies WHERE patient_id <> '' "
                             "GROUP BY patient_id UNION SELECT number FROM studies WHERE "
                             "patient_id = '' ORDER BY first"));
    return numbers(std::move(rows));
  }
  const bool of_results = query.type != Type::ImagingStudy;
  OSLER_TRY(auto rows,
            home.database().prepare(
                of_results ? "SELECT DISTINCT study FROM results WHERE shown = 1 ORDER BY study"
                           : "SELECT number FROM studies ORDER BY number"));
  return numbers(std::move(rows));
}

std::string text_at(const Json& resource, std::string_view path) {
  const Json* place = &resource;
  for (const auto& key : split(path, '.')) {
    if (!place->is_object() || !place->contains(key)) {
      return {};
    }
    place = &(*place)[key];
  }
  return place->is_string() ? place->get<std::string>() : std::string();
}

// What a resource is ordered by: the parameter's first value, then the id.
std::string key_of(const Json& resource, const Query& query) {
  if (!query.sort) {
    return {};
  }
  for (const auto& path : split(query.sort->parameter->path, '|')) {
    std::string text = text_at(resource, path);
    if (!text.empty()) {
      return text;
    }
  }
  return {};
}

// Ids of one type have one letter and a number: the shorter number is the smaller.
bool id_before(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

struct Found {
  std::string key;
  std::string id;
  Json resource;
};

bool before(const Found& a, const Found& b, bool descending) {
  if (a.key != b.key) {
    return descending ? a.key > b.key : a.key < b.key;
  }
  return id_before(a.id, b.id);
}

Cursor cursor_at(const Found& found, bool backwards) {
  return {.key = found.key, .id = found.id, .backwards = backwards};
}

// Cuts the page out of all that matched.
Page cut(std::vector<Found> all, const Query& query) {
  Page page;
  page.total = all.size();
  if (query.count_only) {
    return page;
  }
  const bool descending = query.sort && query.sort->descending;
  std::ranges::sort(all, [&](const Found& a, const Found& b) { return before(a, b, descending); });
  std::size_t first = 0;
  if (query.cursor) {
    const Found mark{.key = query.cursor->key, .id = query.cursor->id, .resource = {}};
    const auto place = std::ranges::partition_point(all, [&](const Found& found) {
      return query.cursor->backwards ? before(found, mark, descending)
                                     : !before(mark, found, descending);
    });
    first = static_cast<std::size_t>(place - all.begin());
    if (query.cursor->backwards) {
      first = first > query.count ? first - query.count : 0;
    }
  }
  const std::size_t last = std::min(first + query.count, all.size());
  if (last < all.size() && last > first) {
    page.next = cursor_at(all[last - 1], false);
  }
  if (first > 0 && first < all.size()) {
    page.previous = cursor_at(all[first], true);
  }
  for (std::size_t i = first; i < last; ++i) {
    page.resources.push_back(std::move(all[i].resource));
  }
  return page;
}

Result<void> add_matches(std::vector<Json> list, const Query& query, std::vector<Found>& out) {
  for (auto& resource : list) {
    if (query_of::matches(query, resource)) {
      std::string id = text_at(resource, "id");
      std::string key = key_of(resource, query);
      out.push_back({std::move(key), std::move(id), std::move(resource)});
    }
  }
  return {};
}

Result<std::vector<Json>> devices(Home& home) {
  OSLER_TRY(const auto models, internal::load_models(home));
  std::vector<Json> list;
  for (const auto& model : models) {
    OSLER_TRY(Json device, resources::device(model));
    list.push_back(std::move(device));
  }
  return list;
}

// A page of a home with very many studies: in the order of ids, from the cursor on, without a
// total.
Result<Page> walk(Home& home, const Query& query, const std::vector<std::int64_t>& studies) {
  std::int64_t after = 0;
  if (query.cursor) {
    after = parse_integer(query.cursor->key).value_or(0);
  }
  auto at = std::ranges::upper_bound(studies, after);
  Page page;
  std::size_t walked = 0;
  for (; at != studies.end(); ++at) {
    OSLER_TRY(const auto record, internal::load_study(home, *at));
    OSLER_TRY(auto list, resources_of(record, query.type));
    for (auto& resource : list) {
      if (query_of::matches(query, resource)) {
        page.resources.push_back(std::move(resource));
      }
    }
    ++walked;
    if (page.resources.size() >= query.count || walked == kMostWalked) {
      break;
    }
  }
  if (at != studies.end() && at + 1 != studies.end()) {
    page.next = Cursor{.key = std::to_string(*at), .id = "s" + std::to_string(*at)};
  }
  return page;
}

}  // namespace

Result<Json> read(Home& home, Type type, const std::string& id) {
  std::vector<Json> list;
  if (type == Type::Device) {
    OSLER_TRY(list, devices(home));
  } else {
    OSLER_TRY(const auto study, study_of(home, type, id));
    if (!study) {
      return not_found();
    }
    OSLER_TRY(const auto record, internal::load_study(home, *study));
    OSLER_TRY(list, resources_of(record, type));
  }
  const auto found =
      std::ranges::find_if(list, [&](const Json& one) { return text_at(one, "id") == id; });
  if (found == list.end()) {
    return not_found();
  }
  return std::move(*found);
}

Result<Page> search(Home& home, const Query& query) {
  std::vector<Found> all;
  if (query.type == Type::Device) {
    OSLER_TRY(auto list, devices(home));
    OSLER_TRY_DO(add_matches(std::move(list), query, all));
    return cut(std::move(all), query);
  }
  OSLER_TRY(const auto studies, candidates(home, query));
  if (studies.size() > kMostCounted) {
    if (query.sort || query.count_only) {
      return Error(ErrorCode::FailedPrecondition,
                   "more studies than can be sorted or counted in one request")
          .hint("name a patient, an identifier or an _id");
    }
    return walk(home, query, studies);
  }
  std::set<std::string> seen;  // a patient stands in each of its studies
  for (const std::int64_t number : studies) {
    OSLER_TRY(const auto record, internal::load_study(home, number));
    if (query.type == Type::Patient && !seen.insert(record.patient.id).second) {
      continue;
    }
    OSLER_TRY(auto list, resources_of(record, query.type));
    OSLER_TRY_DO(add_matches(std::move(list), query, all));
  }
  return cut(std::move(all), query);
}

}  // namespace osler::workflow::publish
