#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/json.h"
#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/person.h"

// Films of a data set are labelled by two readers, each blind to the other and to every model;
// where they differ an adjudicator decides; the result is a new version of the data set. Blindness
// is a property of this room: while a project is open, nothing that it gives to a reader depends on
// what the other reader answered, and no result of a model is read here at all.
namespace osler::workflow::labelling {

// Makes this room's tables in the home. Call before anything else of this room.
[[nodiscard]] Result<void> prepare(Home& home);

// Who asks. `manages`: may set projects up and end them. A reader of a project who also manages
// stays as blind in it as any reader.
struct Viewer {
  reading::Person person;
  bool manages = false;
};

enum class Role : std::uint8_t { None, Reader, Adjudicator };
[[nodiscard]] std::string_view to_string(Role role);  // "", "reader", "adjudicator"

// What is asked of each film. The code names the label in the data set.
struct FindingName {
  std::string code;   // [a-z0-9_]+, at most 32
  std::string label;  // "Opacity", at most 100 bytes
  [[nodiscard]] bool operator==(const FindingName&) const = default;
};

struct NewProject {
  std::string name;     // of no other project, at most 100 bytes
  std::string dataset;  // "chest", "chest@v3", "chest@ab12cd34"
  std::vector<FindingName> findings;
  bool boxes = false;  // readers may draw where a finding is
  std::array<std::string, 2> readers;
  std::string adjudicator;
  std::size_t films = 0;  // drawn from the data set
  // Of the draw and of the readers' orders; absent: by chance.
  std::optional<std::uint32_t> seed;
};

// A project, with the numbers that its viewer may see.
struct Project {
  std::int64_t id = 0;
  std::string name;
  std::string dataset;  // "phantom@ab12cd34"
  crypto::Digest version;
  std::vector<FindingName> findings;
  bool boxes = false;
  std::array<std::string, 2> readers;
  std::string adjudicator;
  std::size_t films = 0;
  std::uint32_t seed = 0;
  std::int64_t created_ms = 0;
  std::int64_t closed_ms = 0;  // 0: it is open
  std::string result;          // digest of the new version; empty while it is open

  Role role = Role::None;    // the viewer's
  std::size_t done = 0;      // films that the viewer answered
  std::size_t left = 0;      // that wait for the viewer
  std::size_t answered = 0;  // by both readers together: up to 2 * films
  // Findings of films that wait for the adjudicator; nothing for whom it is not told.
  std::optional<std::size_t> disagreements;

  [[nodiscard]] bool is_open() const { return closed_ms == 0; }
  [[nodiscard]] std::string reference() const { return "l" + std::to_string(id); }
};

// Draws the films and gives each reader an order of their own. The person must manage.
// PermissionDenied: does not. NotFound: no such data set. FailedPrecondition: another project has
// the name. NotSupported: a film that cannot be shown alone (a row of an .npz file).
// InvalidArgument: a name, finding or person that cannot be; 0 or more than 8 findings, or a code
// twice; the same person in two seats; more films than the data set has, or than 100,000.
[[nodiscard]] Result<Project> create(Home& home, const NewProject& project, const Viewer& who);

// Newest first: all for whom manages, else those in which the person has a part.
[[nodiscard]] Result<std::vector<Project>> list(Home& home, const Viewer& who);
// NotFound: no such project. PermissionDenied: neither a part in it nor manages.
[[nodiscard]] Result<Project> find(Home& home, std::int64_t id, const Viewer& who);
// "l7" of a request's path to 7. NotFound: it is no such thing.
[[nodiscard]] Result<std::int64_t> project_id(std::string_view text);

// Whether the viewer may see both readers' answers side by side: the adjudicator and whoever
// manages without being a reader; all of them once the project is closed.
[[nodiscard]] bool sees_both_readers(const Project& project, const Viewer& who);

// {"id", "name", "dataset", "findings", "boxes", "readers", "adjudicator", "films", "mine",
// "answered", "disagreements" (null where it is not told), "state", "result", "created"}.
[[nodiscard]] Json to_json(const Project& project);
// The body of a request for a new project. InvalidArgument: a member is absent, unknown or of
// another type.
[[nodiscard]] Result<NewProject> project_from(const Json& body);

}  // namespace osler::workflow::labelling
