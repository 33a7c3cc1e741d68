#include "workflow/labelling/items.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "workflow/labelling/internal/board.h"
#include "workflow/labelling/internal/tables.h"

namespace osler::workflow::labelling {
namespace {

using internal::Film;
using internal::kAdjudicator;
using internal::Standing;
using storage::Transaction;

// The project and where this person sits in it.
struct Seated {
  Project project;
  std::size_t seat = 0;
};

Result<Seated> take_seat(Home& home, std::int64_t id, const Viewer& who) {
  OSLER_TRY(Project project, find(home, id, who));
  const auto seat = internal::seat_of(project, who.person.name);
  if (!seat) {
    return Error(ErrorCode::PermissionDenied, "you label nothing in this project")
        .hint("its readers and its adjudicator do");
  }
  return Seated{.project = std::move(project), .seat = *seat};
}

std::vector<std::string> codes_of(const Project& project) {
  std::vector<std::string> codes;
  for (const auto& finding : project.findings) {
    codes.push_back(finding.code);
  }
  return codes;
}

Answers said_by(const internal::ByFinding& given) {
  Answers said;
  for (const auto& [finding, one] : given) {
    said.answers.emplace(finding, one.answer);
    if (one.box) {
      said.boxes.emplace(finding, *one.box);
    }
  }
  return said;
}

// What the adjudicator has to do with this film: decide, or decide anew.
std::vector<std::string> asked_of_adjudicator(const Project& project, const Film& film) {
  auto codes = film.standing_so(project, Standing::Disputed);
  const auto settled = film.standing_so(project, Standing::Settled);
  codes.insert(codes.end(), settled.begin(), settled.end());
  return codes;
}

// A film as a reader may see it: nothing here is read but their own seat.
LabelItem for_reader(const Project& project, const Film& film, std::size_t seat) {
  LabelItem item{.id = film.number,
                 .number = film.order.at(seat),
                 .of = project.films,
                 .object = film.object,
                 .rows = film.rows,
                 .columns = film.columns,
                 .asked = codes_of(project),
                 .own = {},
                 .others = {}};
  if (!film.given.at(seat).empty()) {
    item.own = said_by(film.given.at(seat));
  }
  return item;
}

Result<LabelItem> for_adjudicator(const Project& project, const Film& film) {
  auto asked = asked_of_adjudicator(project, film);
  if (asked.empty()) {
    return Error(ErrorCode::NotFound, "this film does not wait for an adjudicator");
  }
  LabelItem item{.id = film.number,
                 .number = project.done + 1,
                 .of = project.done + project.left,
                 .object = film.object,
                 .rows = film.rows,
                 .columns = film.columns,
                 .asked = std::move(asked),
                 .own = {},
                 .others = {}};
  if (!film.given[kAdjudicator].empty()) {
    item.own = said_by(film.given[kAdjudicator]);
  }
  const std::size_t first = internal::shown_first(project, film.number);
  item.others.push_back({.name = "Reader 1", .said = said_by(film.given.at(first))});
  item.others.push_back({.name = "Reader 2", .said = said_by(film.given.at(1 - first))});
  return item;
}

Result<std::optional<std::int64_t>> next_of_reader(Home& home, const Project& project,
                                                   std::size_t seat) {
  const std::string order = seat == 0 ? "first_order" : "second_order";
  return home.database().integer(
      "SELECT number FROM labelling_items AS i WHERE project = ?1 AND NOT EXISTS "
      "(SELECT 1 FROM labelling_answers AS a WHERE a.project = ?1 AND a.number = i.number AND "
      "a.person = ?2) ORDER BY " +
          order + " LIMIT 1",
      {project.id, project.readers.at(seat)});
}

bool is_inside(const Box& box, const Film& film) {
  const bool finite = std::isfinite(box.x0) && std::isfinite(box.y0) && std::isfinite(box.x1) &&
                      std::isfinite(box.y1);
  return finite && box.x0 >= 0.0 && box.y0 >= 0.0 && box.x0 < box.x1 && box.y0 < box.y1 &&
         box.x1 <= static_cast<double>(film.columns) && box.y1 <= static_cast<double>(film.rows);
}

Error wrong(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> check_boxes(const Project& project, const Film& film, const Answers& said) {
  if (!said.boxes.empty() && !project.boxes) {
    return wrong("this project asks for no boxes");
  }
  for (const auto& [finding, box] : said.boxes) {
    const auto answer = said.answers.find(finding);
    if (answer == said.answers.end() || answer->second != Answer::Present) {
      return wrong("a box belongs to a finding that is present").at("box of " + finding);
    }
    if (!is_inside(box, film)) {
      return wrong("the box is not inside the film, which has " + std::to_string(film.columns) +
                   " by " + std::to_string(film.rows) + " pixels")
          .at("box of " + finding)
          .hint("write [x0, y0, x1, y1] with x0 < x1 and y0 < y1");
    }
  }
  return {};
}

Result<void> check(const Project& project, const Film& film, const NewAnswers& answers) {
  const auto codes = codes_of(project);
  for (const auto& [finding, answer] : answers.said.answers) {
    if (std::ranges::find(codes, finding) == codes.end()) {
      return wrong("this project asks for no such finding").hint("it asks: " + join(codes, ", "));
    }
  }
  if (answers.seconds && !(std::isfinite(*answers.seconds) && *answers.seconds >= 0.0)) {
    return wrong("\"seconds\" is not a duration");
  }
  return check_boxes(project, film, answers.said);
}

Result<void> check_all_answered(const std::vector<std::string>& asked, const Answers& said) {
  for (const auto& code : asked) {
    if (!said.answers.contains(code)) {
      return wrong("the finding \"" + code + "\" has no answer")
          .hint("answer each with present, absent or unsure");
    }
  }
  return {};
}

// The adjudicator's answers to what is in dispute. Pages may send what both readers said along.
Result<Answers> of_dispute(const Project& project, const Film& film, const Answers& said) {
  const auto asked = asked_of_adjudicator(project, film);
  if (asked.empty()) {
    return Error(ErrorCode::FailedPrecondition, "nothing of this film is in dispute");
  }
  OSLER_TRY_DO(check_all_answered(asked, said));
  Answers kept;
  for (const auto& [finding, answer] : said.answers) {
    if (std::ranges::find(asked, finding) != asked.end()) {
      kept.answers.emplace(finding, answer);
    } else if (film.given[0].at(finding).answer != answer) {
      return Error(ErrorCode::FailedPrecondition,
                   "both readers say the same of \"" + finding + "\"")
          .hint("the adjudicator decides where they differ");
    }
  }
  for (const auto& [finding, box] : said.boxes) {
    if (kept.answers.contains(finding)) {
      kept.boxes.emplace(finding, box);
    }
  }
  return kept;
}

Result<void> insert(Home& home, const Project& project, const Film& film, const Answers& said,
                    const std::optional<double>& seconds, const reading::Person& person) {
  const std::int64_t now = now_ms(home.clock());
  for (const auto& [finding, answer] : said.answers) {
    std::array<std::optional<double>, 4> ends{};
    if (const auto box = said.boxes.find(finding); box != said.boxes.end()) {
      ends = {box->second.x0, box->second.y0, box->second.x1, box->second.y1};
    }
    OSLER_TRY_DO(home.database().execute(
        "INSERT INTO labelling_answers (project, number, finding, person, answer, x0, y0, x1, y1, "
        "seconds, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {project.id, film.number, finding, person.name, to_string(answer), ends[0], ends[1],
         ends[2], ends[3], seconds, now}));
  }
  return {};
}

}  // namespace

std::string_view to_string(Answer answer) {
  constexpr std::array<std::string_view, 3> kWords{"present", "absent", "unsure"};
  return kWords.at(static_cast<std::size_t>(answer));
}

std::optional<Answer> answer_from(std::string_view word) {
  for (const Answer answer : {Answer::Present, Answer::Absent, Answer::Unsure}) {
    if (to_string(answer) == word) {
      return answer;
    }
  }
  return std::nullopt;
}

Result<std::optional<LabelItem>> next_item(Home& home, std::int64_t project, const Viewer& who) {
  OSLER_TRY(const auto seated, take_seat(home, project, who));
  if (!seated.project.is_open()) {
    return std::optional<LabelItem>();
  }
  if (seated.seat != kAdjudicator) {
    OSLER_TRY(const auto number, next_of_reader(home, seated.project, seated.seat));
    if (!number) {
      return std::optional<LabelItem>();
    }
    OSLER_TRY(const Film film, internal::load_film(home, seated.project, *number));
    return std::optional(for_reader(seated.project, film, seated.seat));
  }
  OSLER_TRY(const auto films, internal::load_board(home, seated.project));
  for (const auto& film : films) {
    if (!film.standing_so(seated.project, Standing::Disputed).empty()) {
      OSLER_TRY(auto item, for_adjudicator(seated.project, film));
      return std::optional(std::move(item));
    }
  }
  return std::optional<LabelItem>();
}

Result<LabelItem> find_item(Home& home, std::int64_t project, std::int64_t item,
                            const Viewer& who) {
  OSLER_TRY(const auto seated, take_seat(home, project, who));
  OSLER_TRY(const Film film, internal::load_film(home, seated.project, item));
  if (seated.seat == kAdjudicator) {
    return for_adjudicator(seated.project, film);
  }
  return for_reader(seated.project, film, seated.seat);
}

Result<void> answer(Home& home, std::int64_t project, std::int64_t item, const NewAnswers& said,
                    const Viewer& who) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY(const auto seated, take_seat(home, project, who));
  if (!seated.project.is_open()) {
    return Error(ErrorCode::FailedPrecondition, "this labelling project is closed");
  }
  OSLER_TRY(const Film film, internal::load_film(home, seated.project, item));
  OSLER_TRY_DO(check(seated.project, film, said));
  Answers kept = said.said;
  const bool adjudicates = seated.seat == kAdjudicator;
  if (adjudicates) {
    OSLER_TRY(kept, of_dispute(seated.project, film, said.said));
  } else {
    OSLER_TRY_DO(check_all_answered(codes_of(seated.project), kept));
  }
  if (said_by(film.given.at(seated.seat)) == kept) {
    return {};
  }
  OSLER_TRY_DO(insert(home, seated.project, film, kept, said.seconds, who.person));
  OSLER_TRY_DO(internal::audit(
      home, change, adjudicates ? "labelling.adjudicate" : "labelling.answer", who.person,
      {{"project", seated.project.reference()}, {"item", std::to_string(film.number)}}));
  return change.commit();
}

Result<std::int64_t> item_id(std::string_view text) {
  const auto id = parse_integer(text);
  if (!id || *id < 1) {
    return Error(ErrorCode::NotFound, "there is no such film in this project");
  }
  return *id;
}

}  // namespace osler::workflow::labelling
