#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/json.h"
#include "base/result.h"
#include "workflow/home.h"
#include "workflow/labelling/project.h"

namespace osler::workflow::labelling {

// Unsure is no third finding: such a film goes to the adjudicator, whatever the other reader says.
enum class Answer : std::uint8_t { Present, Absent, Unsure };
// "present", "absent", "unsure"
[[nodiscard]] std::string_view to_string(Answer answer);
[[nodiscard]] std::optional<Answer> answer_from(std::string_view word);

// In pixels of the film as stored, from its upper left corner: x0 < x1, y0 < y1.
struct Box {
  double x0 = 0.0;
  double y0 = 0.0;
  double x1 = 0.0;
  double y1 = 0.0;
  [[nodiscard]] bool operator==(const Box&) const = default;
};

// By the finding's code. A box needs an answer "present" and a project with boxes.
struct Answers {
  std::map<std::string, Answer> answers;
  std::map<std::string, Box> boxes;
  [[nodiscard]] bool operator==(const Answers&) const = default;
};

// What one of the readers said, to the adjudicator, who is not told whom: which of the two is
// "Reader 1" is drawn anew for each film.
struct OtherReader {
  std::string name;  // "Reader 1", "Reader 2"
  Answers said;
};

// A film as one person may see it.
struct LabelItem {
  std::int64_t id = 0;     // in the project
  std::size_t number = 0;  // in this person's order, from 1
  std::size_t of = 0;
  crypto::Digest object;  // its bytes: reading::Films shows them
  std::size_t rows = 0;   // in pixels
  std::size_t columns = 0;
  std::vector<std::string> asked;   // codes that this person is to answer
  std::optional<Answers> own;       // what this person said before
  std::vector<OtherReader> others;  // for the adjudicator, where both readers have answered
};

// The next film that waits for this person: for a reader the first in their order that they have
// not answered, for the adjudicator the first on which the readers differ. Nothing: none waits, or
// the project is closed. PermissionDenied: neither reader nor adjudicator. NotFound: no such
// project.
[[nodiscard]] Result<std::optional<LabelItem>> next_item(Home& home, std::int64_t project,
                                                         const Viewer& who);
// One film, to go back to, or to show its pixels. Errors as next_item; NotFound: no such film; for
// the adjudicator also a film on which the readers do not differ.
[[nodiscard]] Result<LabelItem> find_item(Home& home, std::int64_t project, std::int64_t item,
                                          const Viewer& who);

struct NewAnswers {
  Answers said;
  std::optional<double> seconds;  // from the film's opening to the answer
};

// Adds the answers; what was said before stays, and the newest counts. The rows and the audit
// record, which names the film's number and no answer, stand together or not at all. Saying the
// same again adds nothing. A reader answers all findings; the adjudicator those in dispute, and
// what is said beside them must be what both readers said. What the adjudicator settled stands,
// also where a reader answers anew.
// PermissionDenied, NotFound: as find_item. FailedPrecondition: the project is closed; nothing of
// this film is in dispute, or the adjudicator says otherwise than both readers. InvalidArgument: a
// finding without an answer, one that the project does not ask, a box that is not inside the film,
// not a number, of a finding that is not present or of a project without boxes; seconds that are
// no duration.
[[nodiscard]] Result<void> answer(Home& home, std::int64_t project, std::int64_t item,
                                  const NewAnswers& said, const Viewer& who);

// "17" of a request's path to 17. NotFound: it is no such thing.
[[nodiscard]] Result<std::int64_t> item_id(std::string_view text);

// {"id", "number", "of", "asked", "answers", "boxes", "others"}: all but the image. "answers" is
// null, or what this person said before; "others" is null but for the adjudicator.
[[nodiscard]] Json to_json(const LabelItem& item);
// The body of a request that answers. InvalidArgument: a member is absent, unknown or of another
// type, or a word that is no answer.
[[nodiscard]] Result<NewAnswers> answers_from(const Json& body);

}  // namespace osler::workflow::labelling
