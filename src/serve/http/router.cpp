#include "serve/http/router.h"

#include <algorithm>

#include "base/text.h"

namespace osler::serve::http {
namespace {

// "{study}" gives "study", "{rest...}" gives "rest..."; nothing for a literal.
std::optional<std::string> braced(std::string_view segment) {
  if (segment.size() < 3 || !segment.starts_with('{') || !segment.ends_with('}')) {
    return std::nullopt;
  }
  return std::string(segment.substr(1, segment.size() - 2));
}

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> found;
  std::string_view rest = path.substr(std::min<std::size_t>(1, path.size()));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    found.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

Error fault_of(const Route& route, std::string_view what) {
  return {ErrorCode::InvalidArgument, "route " + std::string(to_string(route.method)) + " " +
                                          route.pattern + ": " + std::string(what)};
}

Result<void> check_route(const Route& route) {
  if (!route.pattern.starts_with('/') ||
      (route.pattern.size() > 1 && route.pattern.ends_with('/'))) {
    return fault_of(route, "a pattern begins with '/' and does not end with it");
  }
  if (!is_name(route.id)) {
    return fault_of(route, "an id is lower-case letters, digits and '_'");
  }
  if (!route.handler) {
    return fault_of(route, "there is no handler");
  }
  if (route.method == Method::Head) {
    return fault_of(route, "HEAD is answered by the route for GET");
  }
  if (route.inline_ && (route.spool || (!route.access.empty() && route.access != kPublic))) {
    return fault_of(route, "an inline route neither spools nor asks for a permission");
  }
  return {};
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> any;
  Slots here;
  Slots tail;
};

struct Router::Search {
  std::string_view path;
  std::vector<std::string_view> segments;
  std::vector<std::string_view> values;  // of the parameters on the way
  std::optional<Method> method;
  std::size_t found = kNone;
  std::array<bool, kMethods> allowed{};
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

void Router::add(Route route) {
  const std::size_t index = routes_.size();
  routes_.push_back(std::move(route));
  names_.emplace_back();
  auto placed = place(index);
  if (!placed && !fault_) {
    fault_ = placed.error();
  }
}

Result<void> Router::check() const {
  return fault_ ? Result<void>(*fault_) : Result<void>();
}

Result<void> Router::place(std::size_t index) {
  const Route& route = routes_[index];
  OSLER_TRY_DO(check_route(route));
  if (std::ranges::count(routes_, route.id, &Route::id) > 1) {
    return fault_of(route, "the id \"" + route.id + "\" is another route's too");
  }
  auto& names = names_[index];
  Node* node = root_.get();
  Slots* slots = nullptr;
  const auto segments = segments_of(route.pattern);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto name = braced(segments[i]);
    const bool tail = name && name->ends_with("...");
    const std::string plain = !name ? "" : tail ? name->substr(0, name->size() - 3) : *name;
    if (name ? !is_name(plain) || std::ranges::find(names, plain) != names.end()
             : segments[i].empty() || segments[i].find_first_of("{}") != std::string_view::npos) {
      return fault_of(route, "a segment is empty, or its name is wrong or stands twice");
    }
    if (tail && i + 1 != segments.size()) {
      return fault_of(route, "only the last segment may take all that is left");
    }
    if (name) {
      names.push_back(plain);
    }
    if (tail) {
      slots = &node->tail;
      break;
    }
    auto& next = name ? node->any : node->literals[std::string(segments[i])];
    next = next ? std::move(next) : std::make_unique<Node>();
    node = next.get();
  }
  slots = slots == nullptr ? &node->here : slots;
  std::size_t& slot = slots->of.at(static_cast<std::size_t>(route.method));
  if (slot != kNone) {
    return fault_of(route, "\"" + routes_[slot].id + "\" answers it already");
  }
  slot = index;
  if (names.empty()) {
    fixed_[route.pattern].of.at(static_cast<std::size_t>(route.method)) = index;
  }
  return {};
}

bool Router::accept(const Slots& slots, Search& search) {
  for (std::size_t i = 0; i < kMethods; ++i) {
    search.allowed.at(i) = search.allowed.at(i) || slots.of.at(i) != kNone;
  }
  if (!search.method) {
    return false;
  }
  const Method asked = *search.method == Method::Head ? Method::Get : *search.method;
  search.found = slots.of.at(static_cast<std::size_t>(asked));
  return search.found != kNone;
}

// Depth-first, the narrower first; goes back where the rest does not fit or the method is not
// there.
bool Router::descend(const Node& node, std::size_t depth, Search& search) const {
  if (depth == search.segments.size()) {
    if (accept(node.here, search)) {
      return true;
    }
  } else {
    const std::string_view segment = search.segments[depth];
    const auto literal = node.literals.find(segment);
    if (literal != node.literals.end() && descend(*literal->second, depth + 1, search)) {
      return true;
    }
    if (node.any) {
      search.values.push_back(segment);
      if (descend(*node.any, depth + 1, search)) {
        return true;
      }
      search.values.pop_back();
    }
  }
  if (!accept(node.tail, search)) {
    return false;
  }
  const bool at_end = depth == search.segments.size();
  search.values.push_back(at_end ? std::string_view()
                                 : search.path.substr(static_cast<std::size_t>(
                                       search.segments[depth].data() - search.path.data())));
  return true;
}

Router::Match Router::match(std::optional<Method> method, std::string_view path) const {
  Match match;
  if (const auto fixed = fixed_.find(path); fixed != fixed_.end() && method) {
    const Method asked = *method == Method::Head ? Method::Get : *method;
    const std::size_t index = fixed->second.of.at(static_cast<std::size_t>(asked));
    if (index != kNone) {
      match.route = &routes_[index];
      match.index = index;
      return match;
    }
  }
  Search search{.path = path, .segments = segments_of(path), .values = {}, .method = method};
  if (descend(*root_, 0, search)) {
    match.route = &routes_[search.found];
    match.index = search.found;
    const auto& names = names_[search.found];
    for (std::size_t i = 0; i < names.size(); ++i) {
      match.parameters.emplace_back(names[i], search.values[i]);
    }
    return match;
  }
  search.allowed[static_cast<std::size_t>(Method::Head)] =
      search.allowed[static_cast<std::size_t>(Method::Get)];
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (search.allowed.at(i)) {
      match.allow += match.allow.empty() ? "" : ", ";
      match.allow += to_string(static_cast<Method>(i));
    }
  }
  return match;
}

}  // namespace osler::serve::http
