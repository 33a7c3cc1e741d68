#include "serve/http/request.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace osler::serve::http {
namespace {

constexpr std::size_t kKept = std::size_t{8} << 10U;

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return small(x) == small(y); });
}

}  // namespace

std::string_view to_string(Method method) {
  constexpr std::array<std::string_view, kMethods> kNames{"GET", "HEAD", "POST", "PUT", "DELETE"};
  return kNames.at(static_cast<std::size_t>(method));
}

void Headers::add(std::string_view name, std::string_view value) {
  Line line{.name = text_.size()};
  text_.append(name);
  line.value = text_.size();
  text_.append(value);
  line.end = text_.size();
  lines_.push_back(line);
}

std::string_view Headers::name_of(const Line& line) const {
  return std::string_view(text_).substr(line.name, line.value - line.name);
}

const Headers::Line* Headers::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      lines_, [&](const Line& line) { return same_name(name_of(line), name); });
  return found == lines_.end() ? nullptr : &*found;
}

std::string_view Headers::value(std::string_view name) const {
  const Line* line = find(name);
  return line == nullptr ? std::string_view()
                         : std::string_view(text_).substr(line->value, line->end - line->value);
}

bool Headers::contains(std::string_view name) const {
  return find(name) != nullptr;
}

void Headers::clear() {
  if (text_.capacity() > kKept) {
    std::string().swap(text_);
  }
  text_.clear();
  lines_.clear();
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  const std::string* found = first_value(parameters, name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  const std::string* found = first_value(query, name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  std::string_view rest = header("Cookie");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) {
      continue;
    }
    std::string_view value = trim(pair.substr(equals + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return std::nullopt;
}

void Request::clear() {
  method = Method::Get;
  path.clear();
  query.clear();
  parameters.clear();
  headers.clear();
  remote.clear();
  id.clear();
  secure = false;
  // An idle connection must not keep what a large body took.
  if (body_.capacity() > kKept) {
    std::string().swap(body_);
  }
  received = {};
  body_.clear();
  spooled_.reset();
  identity_.reset();
  abandoned_ = nullptr;
}

bool is_request_id(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return text.size() >= 8 && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

}  // namespace osler::serve::http
