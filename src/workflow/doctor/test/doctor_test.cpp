#include "workflow/doctor/doctor.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "workflow/doctor/internal/checks.h"
#include "workflow/home.h"

namespace osler::workflow::doctor {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'790'000'000)};

class Doctor : public ::testing::Test {
 protected:
  fs::path path(const std::string& name) const { return folder_.path() / name; }
  Options options() const { return {.home = path("home"), .port = 0}; }
  void make_home() {
    auto home = Home::open(path("home"), clock_);
    ASSERT_TRUE(home) << home.error().message;
    ASSERT_TRUE(home->record("ingest", {}));
    digest_ = *home->objects().put(as_bytes("a film"));
    object_ = home->objects().path(digest_);
  }
  std::map<std::string, Check> ask(const Options& options) const {
    NoProgress progress;
    std::map<std::string, Check> found;
    for (auto& check : examine(options, clock_, progress)) {
      EXPECT_FALSE(check.said.empty()) << check.name;
      EXPECT_EQ(check.state == State::Ok, check.advice.empty()) << check.name << check.advice;
      EXPECT_TRUE(found.emplace(check.name, check).second) << check.name << " stands twice";
    }
    return found;
  }
  void expect(const Options& options, const std::string& name, State state,
              const std::string& said) const {
    const auto found = ask(options);
    ASSERT_TRUE(found.contains(name)) << name;
    const Check& check = found.at(name);
    EXPECT_EQ(check.state, state) << name << ": " << check.said;
    EXPECT_THAT(check.said, HasSubstr(said)) << name;
  }
  void expect(const std::string& name, State state, const std::string& said) const {
    expect(options(), name, state, said);
  }

  TemporaryFolder folder_;
  FixedClock clock_{kNow};
  crypto::Digest digest_;
  fs::path object_;
};

TEST_F(Doctor, FindsAWholeHomeWell) {
  make_home();
  const auto found = ask(options());
  for (const char* name : {"versions", "owner", "permissions", "database", "audit", "objects",
                           "registry", "models", "certificate", "port"}) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_EQ(found.at(name).state, State::Ok) << name << ": " << found.at(name).said;
  }
  EXPECT_THAT(found.at("audit").said, HasSubstr("1 record"));
  EXPECT_THAT(found.at("objects").said, HasSubstr("1, 1 of them read"));
  EXPECT_THAT(found.at("versions").said, HasSubstr("SQLite 3."));
}

TEST_F(Doctor, MakesNoHome) {
  expect("home", State::Watch, "none yet");
  EXPECT_FALSE(fs::exists(path("home")));
  ASSERT_TRUE(write_file(path("home") / "film.dcm", "x"));
  expect("home", State::Act, "no database");
}

TEST_F(Doctor, FindsWhatOthersMayRead) {
  make_home();
  for (const char* name : {"", "keys", "keys/pseudonym.key", "osler.db"}) {
    const fs::path place = *name == 0 ? path("home") : path("home") / name;
    const auto before = fs::status(place).permissions();
    fs::permissions(place, before | fs::perms::group_read);
    expect("permissions", State::Act, "open to other users");
    fs::permissions(place, before);
  }
  expect("permissions", State::Ok, "alone");
}

TEST_F(Doctor, FindsWhatBelongsToAnother) {
  make_home();
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  ASSERT_EQ(::chown((path("home") / "keys" / "audit.key").c_str(), 12345, 12345), 0);
  expect("permissions", State::Act, "belongs to uid 12345");
  ASSERT_EQ(::chown(path("home").c_str(), 12345, 12345), 0);
  const auto found = ask(options());
  EXPECT_EQ(found.at("owner").state, State::Act);
  EXPECT_THAT(found.at("owner").advice, HasSubstr("runuser"));
  EXPECT_FALSE(found.contains("database")) << "another's home was opened";
}

TEST_F(Doctor, FindsALostKey) {
  make_home();
  ASSERT_TRUE(write_file(path("home") / "keys" / "pseudonym.key", "short"));
  expect("keys", State::Act, "pseudonym.key is not 32 bytes");
  fs::remove(path("home") / "keys" / "pseudonym.key");
  expect("keys", State::Act, "pseudonym.key is gone");
  EXPECT_FALSE(fs::exists(path("home") / "keys" / "pseudonym.key")) << "it was made anew";
}

TEST_F(Doctor, FindsADamagedDatabase) {
  make_home();
  auto bytes = *read_file(path("home") / "osler.db");
  std::fill(bytes.begin() + 4096, bytes.begin() + 9000, std::byte{0x5A});
  ASSERT_TRUE(write_file(path("home") / "osler.db", bytes));
  expect("database", State::Act, "damaged");
}

TEST_F(Doctor, FindsAnEditedAuditRecord) {
  make_home();
  {
    auto database = *storage::Database::open(path("home") / "osler.db");
    ASSERT_TRUE(database.execute("DROP TRIGGER audit_records_stay"));
    ASSERT_TRUE(database.execute("UPDATE audit_records SET entry = replace(entry, 'ing', 'gin')"));
  }
  expect("audit", State::Act, "audit log");
}

TEST_F(Doctor, FindsAnEditedRegistry) {
  make_home();
  {
    auto database = *storage::Database::open(path("home") / "osler.db");
    auto home = *Home::open(path("home"), clock_);
    ASSERT_TRUE(database.execute("CREATE TABLE IF NOT EXISTS x(y)"));
  }
  expect("registry", State::Ok, "0 versions");
  {
    auto database = *storage::Database::open(path("home") / "osler.db");
    ASSERT_TRUE(
        database.execute("INSERT INTO models VALUES ('m', 1, ?, 'c')", {crypto::sha256("x")}));
  }
  expect("registry", State::Act, "");
}

TEST_F(Doctor, FindsADamagedObject) {
  make_home();
  fs::permissions(object_, fs::perms::owner_all);
  ASSERT_TRUE(write_file(object_, "a firm"));
  expect("objects", State::Act, "1 damaged");
}

TEST_F(Doctor, SamplesUnlessAskedForAll) {
  auto home = Home::open(path("home"), clock_);
  ASSERT_TRUE(home);
  std::vector<Bytes> many;
  std::vector<BytesView> views;
  for (int i = 0; i < 900; ++i) {
    const std::string text = std::to_string(i);
    many.emplace_back(as_bytes(text).begin(), as_bytes(text).end());
  }
  views.assign(many.begin(), many.end());
  ASSERT_TRUE(home->objects().put_all(views));
  expect("objects", State::Ok, "900, 225 of them read");
  auto deep = options();
  deep.deep = true;
  expect(deep, "objects", State::Ok, "900, 900 of them read");
}

TEST_F(Doctor, KnowsTheAgeOfTheNewestBackup) {
  make_home();
  expect("backup", State::Watch, "none is recorded");
  {
    auto home = Home::open(path("home"), clock_);
    ASSERT_TRUE(home->record("backup", {{"damaged", "0"}}));
  }
  expect("backup", State::Ok, "the newest is of");
  clock_.set(kNow + std::chrono::hours(49));
  expect("backup", State::Watch, "the newest is of");
  clock_.set(kNow + std::chrono::hours(24 * 9));
  expect("backup", State::Act, "the newest is of");
  {
    auto home = Home::open(path("home"), clock_);
    ASSERT_TRUE(home->record("backup", {{"damaged", "2"}}));
  }
  expect("backup", State::Act, "2 lost parts");
}

TEST_F(Doctor, FindsAClockThatWentBack) {
  make_home();
  clock_.set(kNow - std::chrono::hours(1));
  expect("time", State::Act, "later than this machine's clock");
}

TEST_F(Doctor, SaysWhoHoldsThePort) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  auto wanted = options();
  wanted.port = ntohs(address.sin_port);
  ASSERT_EQ(::listen(socket, 1), 0);
  expect(wanted, "port", State::Act, "held by another program");
  ::close(socket);
  expect(wanted, "port", State::Ok, "is free");
  wanted.bind = "192.0.2.1";  // RFC 5737: nobody's
  expect(wanted, "port", State::Act, "no address of this machine");
  wanted.bind = "localhost.";
  expect(wanted, "port", State::Act, "no address");
}

class DoctorCertificate : public Doctor {
 protected:
  void SetUp() override {
    make("a", "subjectAltName=DNS:osler.test", "ec", "365");
    make("b", "subjectAltName=DNS:osler.test", "ec", "365");
  }
  void make(const std::string& name, const std::string& names, const std::string& key,
            const std::string& days) {
    ChildProcess::Options child;
    child.program = "/usr/bin/openssl";
    child.arguments = {"req",
                       "-x509",
                       "-nodes",
                       "-keyout",
                       path(name + ".key").string(),
                       "-out",
                       path(name + ".pem").string(),
                       "-days",
                       days,
                       "-subj",
                       "/CN=osler.test",
                       "-newkey",
                       key,
                       "-addext",
                       names};
    if (key == "ec") {
      child.arguments.insert(child.arguments.end(), {"-pkeyopt", "ec_paramgen_curve:P-256"});
    }
    child.error_log = "/dev/null";
    auto started = ChildProcess::start(child);
    ASSERT_TRUE(started);
    ASSERT_EQ(started->wait(), 0);
    fs::permissions(path(name + ".key"), fs::perms::owner_read);
    clock_.set(std::chrono::system_clock::now());
  }
  Options with(const std::string& certificate, const std::string& key) const {
    auto wanted = options();
    wanted.tls_certificate = path(certificate);
    wanted.tls_key = path(key);
    return wanted;
  }
};

TEST_F(DoctorCertificate, IsReadAndCompared) {
  expect(with("a.pem", "a.key"), "certificate", State::Watch, "for osler.test");  // self-signed
  expect(with("a.pem", "b.key"), "certificate", State::Act, "another certificate's");
  expect(with("absent", "b.key"), "certificate", State::Act, "no such file");
  expect(with("a.key", "a.key"), "certificate", State::Act, "no certificate");
  auto half = with("a.pem", "a.key");
  half.tls_key.clear();
  expect(half, "certificate", State::Act, "needs its key");
  fs::permissions(path("a.key"), fs::perms::owner_read | fs::perms::others_read);
  const auto open = ask(with("a.pem", "a.key")).at("certificate");
  EXPECT_EQ(open.state, State::Act);
  EXPECT_THAT(open.advice, HasSubstr("readable by every user"));
}

TEST_F(DoctorCertificate, HasItsTime) {
  const auto advice = [&] { return ask(with("a.pem", "a.key")).at("certificate"); };
  clock_.set(std::chrono::system_clock::now() + std::chrono::days(340));
  EXPECT_EQ(advice().state, State::Watch);
  EXPECT_THAT(advice().advice, HasSubstr("expires in 24 days"));
  clock_.set(std::chrono::system_clock::now() + std::chrono::days(366));
  EXPECT_EQ(advice().state, State::Act);
  EXPECT_THAT(advice().advice, HasSubstr("has expired"));
  clock_.set(std::chrono::system_clock::now() - std::chrono::days(2));
  EXPECT_EQ(advice().state, State::Act);
  EXPECT_THAT(advice().advice, HasSubstr("not valid yet"));
}

TEST_F(DoctorCertificate, IsStrongAndNamesItsHost) {
  make("weak", "subjectAltName=DNS:osler.test", "rsa:1024", "365");
  make("unnamed", "basicConstraints=CA:FALSE", "ec", "365");
  EXPECT_THAT(ask(with("weak.pem", "weak.key")).at("certificate").advice, HasSubstr("too short"));
  expect(with("unnamed.pem", "unnamed.key"), "certificate", State::Act, "no names");
}

TEST_F(Doctor, AsksForTlsOnOtherAddressesThanLoopback) {
  auto wanted = options();
  wanted.bind = "0.0.0.0";
  expect(wanted, "certificate", State::Act, "seen from other machines");
}

TEST_F(Doctor, CountsDescriptors) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 128;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  expect("descriptors", State::Act, "128 files");
  few.rlim_cur = 512;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  expect("descriptors", State::Watch, "512 files");
  ::setrlimit(RLIMIT_NOFILE, &before);
}

// osler-decode lies beside osler, not beside a test of one room.
TEST_F(Doctor, TriesTheDecoderInItsSandbox) {
  const auto found = ask(options()).at("decoder");
  if (fs::exists(program_folder() / "osler-decode")) {
    EXPECT_NE(found.state, State::Act) << found.said;
    EXPECT_THAT(found.said, HasSubstr("seccomp"));
  } else {
    EXPECT_EQ(found.state, State::Act);
  }
}

TEST(DoctorDisk, JudgesWhatIsFree) {
  EXPECT_EQ(internal::judge_space({.free = 5e11, .total = 1e12}), State::Ok);
  EXPECT_EQ(internal::judge_space({.free = 4e10, .total = 1e12}), State::Watch);
  EXPECT_EQ(internal::judge_space({.free = 9e9, .total = 2e10}), State::Watch);
  EXPECT_EQ(internal::judge_space({.free = 9e9, .total = 1e12}), State::Act);
  EXPECT_EQ(internal::judge_space({.free = 5e8, .total = 1e9}), State::Act);
  EXPECT_EQ(internal::judge_inodes({.free = 5e6, .total = 1e7}), State::Ok);
  EXPECT_EQ(internal::judge_inodes({.free = 5e4, .total = 1e5}), State::Watch);
  EXPECT_EQ(internal::judge_inodes({.free = 500, .total = 1e5}), State::Act);
}

TEST(DoctorDisk, KnowsWhereAHomeMayLie) {
  EXPECT_EQ(internal::file_system(0xEF53).state, State::Ok);
  EXPECT_EQ(internal::file_system(0x6969).state, State::Act);
  EXPECT_EQ(internal::file_system(0x01021994).state, State::Act);
  EXPECT_EQ(internal::file_system(0x794C7630).state, State::Act);
  const auto unknown = internal::file_system(0x1234);
  EXPECT_EQ(unknown.state, State::Watch);
  EXPECT_THAT(unknown.name, HasSubstr("0x1234"));
}

}  // namespace
}  // namespace osler::workflow::doctor
