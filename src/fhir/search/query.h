#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "fhir/resources/served.h"

// A search as it was understood (R4 search.html): what a client asked, typed, bounded and checked,
// so that a database can turn it into SQL. match.h says what each criterion means.
namespace osler::fhir::search {

// system|code. Without a system: any. An empty system ("|code"): one that has none. An empty code
// ("system|"): any of that system.
struct Token {
  std::optional<std::string> system;
  std::string code;

  bool operator==(const Token&) const = default;
};

enum class Prefix : std::uint8_t { Eq, Ne, Lt, Gt, Ge, Le, Sa, Eb, Ap };

// What a resource's time t (from <= t < to, as its own precision has it) is compared with:
//   eq  from <= t.from and t.to <= to     ne  not eq
//   lt  t.from < from                     ge  t.to > from
//   gt  t.to > to                         le  t.from < to
//   sa  t.from >= to                      eb  t.to <= from
//   ap  t.from < to and t.to > from; the range was widened on both sides by a tenth of its distance
//       from now, and by a day at least
struct DateBound {
  Prefix prefix = Prefix::Eq;
  resources::Span span;

  bool operator==(const DateBound&) const = default;
};

// Patient/p1. `elsewhere`: an absolute address under another base, which nothing here refers to.
struct Target {
  std::string type;
  std::string id;
  bool elsewhere = false;

  bool operator==(const Target&) const = default;
};

// One parameter of the address; any of its values will do. Criteria are ANDed, also those that
// repeat a parameter.
struct Criterion {
  const resources::Parameter* parameter = nullptr;  // of the table in served.h
  std::variant<std::vector<Token>, std::vector<DateBound>, std::vector<Target>> any_of;
};

struct Sort {
  const resources::Parameter* parameter = nullptr;  // one that is sortable
  bool descending = false;
};

// Where a page starts: after (or, backwards, before) the resource with this sort key and id.
struct Cursor {
  std::string key;  // as the database sorts by; may be empty
  std::string id;
  bool backwards = false;

  bool operator==(const Cursor&) const = default;
};

struct Query {
  resources::Type type = resources::Type::Patient;
  std::vector<Criterion> criteria;
  std::optional<Sort> sort;  // without one, by id
  std::size_t count = 50;
  bool count_only = false;  // _summary=count, or _count=0
  std::optional<Cursor> cursor;
  // The query as it was applied, for link.self: what was ignored is not in it, nor is the cursor.
  std::vector<std::pair<std::string, std::string>> applied;
  std::vector<std::string> ignored;  // names, only when lenient
};

inline constexpr std::size_t kDefaultCount = 50;
inline constexpr std::size_t kMostCount = 500;

enum class Handling : std::uint8_t { Strict, Lenient };  // of what is not known: Prefer: handling=

struct Options {
  std::string base = {};  // "https://osler.example/fhir": what absolute references start with
  Handling handling = Handling::Strict;
  resources::Instant now = {};  // for ap
};

// InvalidArgument: an unknown parameter, modifier or chain (strict only), or a value that is none
// of its parameter's, a parameter that may stand once and stands twice, or more than the limits
// allow (64 parameters, 100 values of one, 8,192 bytes of one value). NotSupported: a _format that
// is not JSON. The message names the parameter and never its value, which may be a patient's.
[[nodiscard]] Result<Query> parse(resources::Type type,
                                  std::span<const std::pair<std::string, std::string>> pairs,
                                  const Options& options);

// The pairs of "a=1&b=2", percent-decoded, plus as a blank; at most 16 KiB and 64 pairs. Also the
// body of a POST to _search. InvalidArgument: too long, broken escapes, bytes that are no UTF-8
// text.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_pairs(
    std::string_view query);

// The address of a page: base/Type?applied, and the cursor where there is one.
[[nodiscard]] std::string page_address(const Query& query, std::string_view base,
                                       const std::optional<Cursor>& cursor);

// The warnings of a lenient search, as the outcome entry of its page; empty when nothing was
// ignored.
[[nodiscard]] std::vector<Json> outcomes_of(const Query& query);

}  // namespace osler::fhir::search
