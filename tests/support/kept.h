#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "storage/audit/log.h"
#include "storage/database/database.h"
#include "storage/objects/store.h"

namespace osler::test {

// What a home keeps of the films that it took in, as one line a row.
struct Kept {
  std::set<std::string> originals;
  std::set<std::string> research;
  friend bool operator==(const Kept&, const Kept&) = default;
};

// The parts of a home that hold films, opened as osler opens them.
class KeptHome {
 public:
  explicit KeptHome(const std::filesystem::path& home)
      : folder_(home),
        database_(*storage::Database::open(home / "osler.db")),
        objects_(*storage::objects::Store::open(home / "objects")),
        audit_(*storage::audit::Log::open(database_, home / "keys" / "audit.key", clock_)) {}

  Kept rows() {
    return {.originals = lines("SELECT digest || ' ' || sop_instance_uid || ' ' || revision || ' ' "
                               "|| quality FROM originals"),
            .research = lines("SELECT digest || ' ' || sop_instance_uid || ' ' || attributes || "
                              "quality FROM research")};
  }

  // Nothing is half there: the database and the audit log are whole, each object has its own bytes,
  // each row its object, and no temporary is left.
  void expect_whole() {
    EXPECT_TRUE(database_.check());
    const auto verified = audit_.verify();
    EXPECT_TRUE(verified) << verified.error().message;
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "objects" / "tmp"));
    for (const auto& digest :
         lines("SELECT digest FROM originals UNION SELECT digest FROM research UNION "
               "SELECT digest FROM receipt_items WHERE digest IS NOT NULL")) {
      EXPECT_TRUE(objects_.contains(*crypto::Digest::from_hex(digest))) << digest;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "objects")) {
      if (entry.is_regular_file() && entry.path().filename() != "lock") {
        const auto digest = crypto::Digest::from_hex(
            entry.path().parent_path().filename().string() + entry.path().filename().string());
        ASSERT_TRUE(digest) << entry.path();
        EXPECT_TRUE(objects_.verify(*digest)) << entry.path();
      }
    }
  }

  // What was acknowledged is there: each stored item of a receipt has its original, and each
  // receipt that the audit log names is complete. How many films that are.
  std::size_t expect_acknowledged() {
    EXPECT_EQ(lines("SELECT sop_instance_uid FROM receipt_items WHERE outcome = 'stored' AND "
                    "sop_instance_uid NOT IN (SELECT sop_instance_uid FROM originals)"),
              std::set<std::string>{});
    const auto records = audit_.records(0, 1'000'000);
    EXPECT_TRUE(records);
    for (const auto& record : *records) {
      if (record.event.action == "ingest") {
        const std::string receipt = record.event.facts.at("receipt");
        EXPECT_EQ(*database_.integer("SELECT complete FROM receipts WHERE id = ?", {receipt}), 1);
        EXPECT_EQ(
            std::to_string((*database_.integer(
                                "SELECT count(*) FROM receipt_items WHERE receipt = ?", {receipt}))
                               .value_or(-1)),
            record.event.facts.at("received"));
      }
    }
    return static_cast<std::size_t>(
        (*database_.integer("SELECT count(*) FROM receipt_items WHERE outcome = 'stored'"))
            .value_or(0));
  }

  // The facts of each audit record of that action.
  std::vector<std::map<std::string, std::string>> records_of(std::string_view action) {
    std::vector<std::map<std::string, std::string>> found;
    const auto records = audit_.records(0, 1'000'000);
    EXPECT_TRUE(records);
    for (const auto& record : *records) {
      if (record.event.action == action) {
        found.push_back(record.event.facts);
      }
    }
    return found;
  }

 private:
  std::set<std::string> lines(std::string_view sql) {
    auto rows = *database_.prepare(sql);
    std::set<std::string> found;
    while (*rows.step()) {
      found.insert(rows.text(0));
    }
    return found;
  }

  std::filesystem::path folder_;
  SystemClock clock_;
  storage::Database database_;
  storage::objects::Store objects_;
  storage::audit::Log audit_;
};

}  // namespace osler::test
