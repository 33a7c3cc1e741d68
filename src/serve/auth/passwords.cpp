#include "serve/auth/passwords.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <argon2.h>

#include "base/crypto.h"
#include "base/text.h"

namespace osler::serve::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
// A stored string names its own cost: none may ask for more than this.
constexpr HashCost kDearest{.memory_kib = 1024 * 1024, .passes = 16};

constexpr std::size_t kFewestCharacters = 12;
constexpr std::size_t kFewestDifferent = 5;
constexpr std::size_t kShortestNameInside = 4;  // a name of three letters is in half the words

// The commonest beginnings of leaked passwords of 12 characters and more, and what people write
// when a screen asks for a password here.
constexpr std::array<std::string_view, 34> kCommon{
    "abc",           "abcdefgh",   "abcdefghijkl", "admin",
    "administrator", "azertyuiop", "changeme",     "correcthorsebatterystaple",
    "default",       "diagnostic", "doctor",       "hospital",
    "iloveyou",      "klinikum",   "krankenhaus",  "letmein",
    "login",         "medicine",   "medizin",      "mypassword",
    "osler",         "passw",      "passwd",       "password",
    "passwort",      "patient",    "physician",    "qazwsxedc",
    "qwerty",        "qwertyui",   "qwertyuiop",   "radiology",
    "secret",        "welcome"};

// The cost that a PHC string names: "$argon2id$v=19$m=65536,t=2,p=1$…".
std::optional<HashCost> cost_of(std::string_view phc) {
  constexpr std::string_view kPrefix = "$argon2id$v=19$m=";
  if (!phc.starts_with(kPrefix)) {
    return std::nullopt;
  }
  const std::string_view rest = phc.substr(kPrefix.size());
  const auto fields = split(rest.substr(0, rest.find('$')), ',');
  if (fields.size() != 3 || !fields[1].starts_with("t=") || fields[2] != "p=1") {
    return std::nullopt;
  }
  const auto memory = parse_integer(fields[0]);
  const auto passes = parse_integer(std::string_view(fields[1]).substr(2));
  if (!memory || !passes || *memory < 8 || *memory > kDearest.memory_kib || *passes < 1 ||
      *passes > kDearest.passes) {
    return std::nullopt;
  }
  return HashCost{.memory_kib = static_cast<std::uint32_t>(*memory),
                  .passes = static_cast<std::uint32_t>(*passes)};
}

Error busy() {
  return Error(ErrorCode::Unavailable, "too many are logging in at this moment")
      .hint("try again in a few seconds");
}

Error failed(int code) {
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR) {
    return Error(ErrorCode::Unavailable, "there is no memory left to check a password")
        .hint("try again in a few seconds");
  }
  return Error(ErrorCode::Internal, std::string("Argon2id refused: ") + argon2_error_message(code));
}

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

// The bytes of the character that begins here, or 0: not UTF-8 (RFC 3629), or a control character.
std::size_t character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) {
    return first < 0x20 || first == 0x7F ? 0 : 1;
  }
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) {
    return 0;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(at(i))) {
      return 0;
    }
  }
  const unsigned char second = at(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  const bool control = first == 0xC2 && second < 0xA0;
  return overlong || surrogate || beyond || control ? 0 : size;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// "Password-2026!" is "password": digits and signs around a word make it no less common.
std::string core(std::string_view lowered) {
  const auto first = std::ranges::find_if(lowered, is_letter);
  const auto last = std::find_if(lowered.rbegin(), lowered.rend(), is_letter);
  return first == lowered.end() ? std::string() : std::string(first, last.base());
}

// The shortest piece of which the text is made by repeating it.
std::string_view repeated_piece(std::string_view text) {
  for (std::size_t size = 1; size <= text.size() / 2; ++size) {
    if (text.size() % size == 0 && text.substr(size) == text.substr(0, text.size() - size)) {
      return text.substr(0, size);
    }
  }
  return text;
}

// "abcdefghijkl", "123456789012", "aabbccddeeff", and backwards.
bool is_run(std::string_view text) {
  const auto breaks = [](char from, char to) {
    return to != from && to - from != 1 && !(from == '9' && to == '0');
  };
  const auto breaks_back = [&](char from, char to) { return breaks(to, from); };
  return std::ranges::adjacent_find(text, breaks) == text.end() ||
         std::ranges::adjacent_find(text, breaks_back) == text.end();
}

// "p4ssw0rd" is "password".
std::string without_disguise(std::string word) {
  constexpr std::string_view kSigns = "0134578@$!|";
  constexpr std::string_view kMeant = "oieastbasil";
  for (char& sign : word) {
    const std::size_t at = kSigns.find(sign);
    sign = at == std::string_view::npos ? sign : kMeant[at];
  }
  return word;
}

bool is_common(std::string_view lowered) {
  for (const std::string& word : {core(lowered), core(repeated_piece(lowered))}) {
    if (std::ranges::find(kCommon, repeated_piece(word)) != kCommon.end() ||
        std::ranges::find(kCommon, without_disguise(word)) != kCommon.end()) {
      return true;
    }
  }
  return false;
}

Error refused(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message))
      .hint("take four unrelated words, or let osler make one");
}

}  // namespace

// A place among the hashes that run at once, given back at the end of its scope.
class Passwords::Turn {
 public:
  static Result<Turn> take(Passwords& passwords) {
    std::unique_lock lock(passwords.mutex_);
    const auto is_free = [&] { return passwords.running_ < passwords.options_.at_once; };
    if (!is_free()) {
      if (passwords.waiting_ >= passwords.options_.waiting) {
        return busy();
      }
      ++passwords.waiting_;
      const bool got = passwords.freed_.wait_for(lock, passwords.options_.patience, is_free);
      --passwords.waiting_;
      if (!got) {
        return busy();
      }
    }
    ++passwords.running_;
    return Turn(passwords);
  }

  Turn(Turn&& other) noexcept : passwords_(std::exchange(other.passwords_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (passwords_ != nullptr) {
      {
        const std::lock_guard lock(passwords_->mutex_);
        --passwords_->running_;
      }
      passwords_->freed_.notify_one();
    }
  }

 private:
  explicit Turn(Passwords& passwords) : passwords_(&passwords) {}
  Passwords* passwords_;
};

Result<std::string> Passwords::hash(std::string_view password) {
  OSLER_TRY(const Turn turn, Turn::take(*this));
  const Bytes salt = crypto::random_bytes(kSaltBytes);
  const HashCost& cost = options_.cost;
  std::string phc(
      argon2_encodedlen(cost.passes, cost.memory_kib, 1, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int code =
      argon2id_hash_encoded(cost.passes, cost.memory_kib, 1, password.data(), password.size(),
                            salt.data(), salt.size(), kHashBytes, phc.data(), phc.size());
  if (code != ARGON2_OK) {
    return failed(code);
  }
  phc.resize(phc.find('\0'));
  return phc;
}

Result<bool> Passwords::verify(std::string_view phc, std::string_view password) {
  if (!cost_of(phc)) {
    return Error(ErrorCode::DataCorrupt, "a stored password is not one that osler made")
        .hint("give the user a new one: osler user reset NAME");
  }
  OSLER_TRY(const Turn turn, Turn::take(*this));
  const int code = argon2id_verify(std::string(phc).c_str(), password.data(), password.size());
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR) {
    return failed(code);
  }
  if (code != ARGON2_OK && code != ARGON2_VERIFY_MISMATCH) {
    return Error(ErrorCode::DataCorrupt, "a stored password is damaged")
        .hint("give the user a new one: osler user reset NAME");
  }
  return code == ARGON2_OK;
}

bool Passwords::is_outdated(std::string_view phc) const {
  return cost_of(phc) != options_.cost;
}

Result<void> check_password(std::string_view password, std::string_view user) {
  if (password.size() > kLongestPassword) {
    return refused("a password has at most 1,024 bytes");
  }
  std::size_t characters = 0;
  std::set<std::string_view> different;
  for (std::size_t at = 0; at < password.size(); ++characters) {
    const std::size_t size = character(password.substr(at));
    if (size == 0) {
      return refused("a password is text in UTF-8 without control characters");
    }
    different.insert(password.substr(at, size));
    at += size;
  }
  if (characters < kFewestCharacters) {
    return refused("a password has at least 12 characters");
  }
  const std::string lowered = lower(password);
  if (core(lowered) == user ||
      (user.size() >= kShortestNameInside && lowered.find(user) != std::string::npos)) {
    return refused("a password must not hold the user's name");
  }
  if (different.size() < kFewestDifferent || is_run(lowered) ||
      repeated_piece(lowered).size() <= kFewestDifferent) {
    return refused("this password is a pattern that is guessed first");
  }
  if (is_common(lowered)) {
    return refused("this password is among those that are guessed first");
  }
  return {};
}

std::string random_password() {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";
  // Bytes from here on would make some letters likelier.
  constexpr std::size_t kFair = 256 / kLetters.size() * kLetters.size();
  std::string text;
  while (text.size() < 23) {
    if (text.size() % 6 == 5) {
      text += '-';
    }
    const auto drawn = std::to_integer<std::size_t>(crypto::random_bytes(1)[0]);
    if (drawn < kFair) {
      text += kLetters[drawn % kLetters.size()];
    }
  }
  return text;
}

}  // namespace osler::serve::auth
