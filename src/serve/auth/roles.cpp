#include "serve/auth/roles.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace osler::serve::auth {
namespace {

constexpr std::array<std::string_view, kRoles.size()> kNames{
    "physician", "reader", "engineer", "steward", "governance", "administrator"};

}  // namespace

std::string_view to_string(Role role) {
  return kNames.at(static_cast<std::size_t>(role));
}

Result<Role> role_from(std::string_view word) {
  for (const Role role : kRoles) {
    if (to_string(role) == word) {
      return role;
    }
  }
  const std::vector<std::string> names(kNames.begin(), kNames.end());
  const auto near = nearest(word, names);
  return Error(ErrorCode::InvalidArgument, "there is no such role")
      .hint(near ? "write " + *near : "roles are " + join(names, ", "));
}

}  // namespace osler::serve::auth
