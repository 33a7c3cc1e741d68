#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "workflow/home.h"
#include "workflow/labelling/items.h"
#include "workflow/labelling/project.h"

namespace osler::workflow::labelling::internal {

// The newest that one person said of one finding of one film.
struct Given {
  Answer answer = Answer::Unsure;
  std::optional<Box> box;
  std::optional<double> seconds;
  std::int64_t at_ms = 0;
};
using ByFinding = std::map<std::string, Given>;

// Who sits where: the first reader, the second, the adjudicator.
inline constexpr std::size_t kSeats = 3;
inline constexpr std::size_t kAdjudicator = 2;
[[nodiscard]] std::optional<std::size_t> seat_of(const Project& project, const std::string& person);

// How it stands with one finding of one film.
//   Open      a reader has not answered
//   Agreed    both readers are sure, and say the same
//   Disputed  they are not, or do not
//   Settled   the adjudicator has decided, whatever readers said since
enum class Standing : std::uint8_t { Open, Agreed, Disputed, Settled };

struct Film {
  std::int64_t number = 0;  // in the project, from 1
  std::string item;         // id in the data set
  crypto::Digest object;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::array<std::size_t, 2> order{};  // its place for each reader, from 1
  std::array<ByFinding, kSeats> given;

  [[nodiscard]] bool both_answered() const { return !given[0].empty() && !given[1].empty(); }
  [[nodiscard]] Standing standing(const std::string& finding) const;
  // Codes that stand so, in the order of the project.
  [[nodiscard]] std::vector<std::string> standing_so(const Project& project,
                                                     Standing standing) const;
};

// Every film with every newest answer. Not for a reader's eyes.
[[nodiscard]] Result<std::vector<Film>> load_board(Home& home, const Project& project);
// One film of it. NotFound: the project has no such film.
[[nodiscard]] Result<Film> load_film(Home& home, const Project& project, std::int64_t number);

// Which reader (0 or 1) is shown as "Reader 1" for this film.
[[nodiscard]] std::size_t shown_first(const Project& project, std::int64_t number);

}  // namespace osler::workflow::labelling::internal
