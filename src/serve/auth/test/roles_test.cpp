#include "serve/auth/roles.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "serve/auth/identity.h"

namespace osler::serve::auth {
namespace {

using ::testing::HasSubstr;

struct Row {
  const char* permission;
  bool physician;
  bool reader;
  bool engineer;
  bool steward;
  bool governance;
  bool administrator;
};

// Written by hand from the list of what each role is for, not from the matrix.
constexpr bool kYes = true;
constexpr bool kNo = false;
constexpr Row kTable[] = {
    // permission      physician reader engineer steward governance administrator
    {"study.read", kYes, kNo, kNo, kNo, kNo, kNo},
    {"study.answer", kYes, kNo, kNo, kNo, kNo, kNo},
    {"study.upload", kYes, kNo, kNo, kYes, kNo, kYes},
    {"label.see", kYes, kYes, kNo, kYes, kNo, kNo},
    {"label.answer", kYes, kYes, kNo, kNo, kNo, kNo},
    {"label.manage", kNo, kNo, kNo, kYes, kNo, kNo},
    {"model.read", kYes, kNo, kYes, kYes, kYes, kYes},
    {"model.pause", kNo, kNo, kNo, kNo, kYes, kYes},
    {"run.read", kNo, kNo, kYes, kYes, kYes, kNo},
    {"infer", kYes, kNo, kYes, kNo, kNo, kNo},
    {"fhir.read", kYes, kNo, kNo, kNo, kNo, kNo},
    {"admin.read", kNo, kNo, kNo, kNo, kNo, kYes},
    {"public", kYes, kYes, kYes, kYes, kYes, kYes},
    {"session", kYes, kYes, kYes, kYes, kYes, kYes},
};

TEST(Roles, MayDoWhatTheTableSays) {
  for (const Row& row : kTable) {
    EXPECT_EQ(allows(Role::Physician, row.permission), row.physician) << row.permission;
    EXPECT_EQ(allows(Role::Reader, row.permission), row.reader) << row.permission;
    EXPECT_EQ(allows(Role::Engineer, row.permission), row.engineer) << row.permission;
    EXPECT_EQ(allows(Role::Steward, row.permission), row.steward) << row.permission;
    EXPECT_EQ(allows(Role::Governance, row.permission), row.governance) << row.permission;
    EXPECT_EQ(allows(Role::Administrator, row.permission), row.administrator) << row.permission;
    EXPECT_TRUE(is_permission(row.permission));
  }
}

// The guide's table has the same rows.
TEST(Roles, AreWhatTheGuideShows) {
  const auto guide = read_text(OSLER_SOURCE_DIR "/docs/guides/users.md");
  ASSERT_TRUE(guide);
  for (const auto& grant : internal::kMatrix) {
    std::string line = "| " + std::string(grant.permission) + " |";
    for (const Role role : kRoles) {
      line += allows(role, grant.permission) ? " yes |" : " |";
    }
    EXPECT_THAT(*guide, HasSubstr(line + "\n"));
  }
}

TEST(Roles, HaveNoPermissionBesidesTheTable) {
  EXPECT_EQ(internal::kMatrix.size() + 2, std::size(kTable));
  for (const auto& grant : internal::kMatrix) {
    EXPECT_EQ(grant.roles >> kRoles.size(), 0) << grant.permission;
  }
}

TEST(Roles, MayNothingThatNobodyNamed) {
  for (const char* word : {"", "study", "study.", "study.read ", "Study.Read", "admin", "*",
                           "study.delete", "admin.read\n"}) {
    EXPECT_FALSE(is_permission(word)) << word;
    for (const Role role : kRoles) {
      EXPECT_FALSE(allows(role, word)) << word;
    }
  }
}

TEST(Roles, WithoutAnybodyOnlyThePublicIsPermitted) {
  for (const Row& row : kTable) {
    EXPECT_EQ(permits({}, row.permission), std::string(row.permission) == "public");
    EXPECT_EQ(permits(Identity{.user = "j.snow", .role = Role::Steward}, row.permission),
              row.steward);
  }
}

TEST(Roles, AreReadAsTheyAreWritten) {
  for (const Role role : kRoles) {
    EXPECT_EQ(*role_from(to_string(role)), role);
  }
  for (const char* word : {"", "Physician", "physician ", "root"}) {
    EXPECT_FALSE(role_from(word)) << word;
  }
  EXPECT_THAT(role_from("administator").error().advice, HasSubstr("write administrator"));
}

}  // namespace
}  // namespace osler::serve::auth
