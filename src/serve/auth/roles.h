#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace osler::serve::auth {

// What an account is for. Each has one; nobody is everything.
enum class Role : std::uint8_t { Physician, Reader, Engineer, Steward, Governance, Administrator };

inline constexpr std::array kRoles{Role::Physician, Role::Reader,     Role::Engineer,
                                   Role::Steward,   Role::Governance, Role::Administrator};

// "physician", "reader", "engineer", "steward", "governance", "administrator".
[[nodiscard]] std::string_view to_string(Role role);
// InvalidArgument: no such role; the nearest one is named.
[[nodiscard]] Result<Role> role_from(std::string_view word);

// Permissions that every route names one of, besides those of the matrix.
inline constexpr std::string_view kPublic = "public";    // anybody, without an account
inline constexpr std::string_view kSession = "session";  // whoever is logged in, in any role

namespace internal {

constexpr std::uint8_t bit(Role role) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role));
}

template <typename... Roles>
constexpr std::uint8_t bits(Roles... roles) {
  return static_cast<std::uint8_t>((0U | ... | bit(roles)));
}

struct Grant {
  std::string_view permission;
  std::uint8_t roles;  // one bit a role
};

// Who may do what; docs/guides/users.md shows the same table.
inline constexpr std::array kMatrix{
    Grant{"study.read", bits(Role::Physician)},
    Grant{"study.answer", bits(Role::Physician)},
    Grant{"study.upload", bits(Role::Physician, Role::Steward, Role::Administrator)},
    Grant{"label.see", bits(Role::Physician, Role::Reader, Role::Steward)},
    Grant{"label.answer", bits(Role::Physician, Role::Reader)},
    Grant{"label.manage", bits(Role::Steward)},
    Grant{"model.read", bits(Role::Physician, Role::Engineer, Role::Steward, Role::Governance,
                             Role::Administrator)},
    Grant{"model.pause", bits(Role::Governance, Role::Administrator)},
    Grant{"run.read", bits(Role::Engineer, Role::Steward, Role::Governance)},
    Grant{"infer", bits(Role::Physician, Role::Engineer)},
    Grant{"fhir.read", bits(Role::Physician)},
    Grant{"admin.read", bits(Role::Administrator)},
};

}  // namespace internal

// Whether a logged-in user of this role may. A permission that nobody has named is denied.
[[nodiscard]] constexpr bool allows(Role role, std::string_view permission) {
  if (permission == kPublic || permission == kSession) {
    return true;
  }
  for (const auto& grant : internal::kMatrix) {
    if (grant.permission == permission) {
      return (grant.roles & internal::bit(role)) != 0;
    }
  }
  return false;
}

// Whether it is a word that a route may name: one of the matrix, "public" or "session".
[[nodiscard]] constexpr bool is_permission(std::string_view word) {
  for (const auto& grant : internal::kMatrix) {
    if (grant.permission == word) {
      return true;
    }
  }
  return word == kPublic || word == kSession;
}

}  // namespace osler::serve::auth
