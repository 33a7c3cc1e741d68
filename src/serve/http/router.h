#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "serve/http/request.h"
#include "serve/http/response.h"

namespace osler::serve::http {

// The access word of a route that anybody may call.
inline constexpr std::string_view kPublic = "public";

// A parameter of the query, or of the path where the pattern has one of that name: for OpenAPI.
struct Parameter {
  std::string name;
  std::string description;
  std::string schema = R"({"type": "string"})";  // JSON Schema
  bool required = false;
};

struct Route {
  Method method = Method::Get;  // Get answers HEAD too
  // Segments are literal, "{name}" (one segment) or, at the end, "{name...}" (all that is left, "/"
  // between; may be empty): "/api/studies/{study}/images/{sop}/pixels". A literal goes before
  // {name}, and {name} before {name...}.
  std::string pattern;
  std::string id;  // unique; operationId and metric label: "list_studies"
  std::string summary;
  std::string access;  // the permission that the guard asks for; kPublic or empty: none
  std::uint64_t max_body = std::uint64_t{64} << 10U;  // bytes
  bool spool = false;    // the body goes to a file: for bodies that must not be in memory
  bool inline_ = false;  // answered on the network thread: must not block, and no guard is asked
  std::chrono::milliseconds deadline{0};  // of the handler; 0: the server's
  std::string request_type = "application/json";
  std::string request_schema;  // JSON Schema as text; may be empty
  std::string response_type = "application/json";
  std::string response_schema;
  std::vector<Parameter> parameters;
  std::function<Response(const Request&)> handler;
};

// Which route answers a request. Filled before the server starts, and only read from then on.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  // A route that cannot be is remembered as the router's fault.
  void add(Route route);
  // InvalidArgument: a bad pattern, a repeated id, two routes for one method and shape, no handler,
  // or an inline route that spools or asks for a permission.
  [[nodiscard]] Result<void> check() const;
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;
    std::size_t index = 0;  // into routes()
    Pairs parameters;
    std::string allow;  // without a route: "GET, HEAD" (405), or empty (404)
  };
  // `path` as parse_target() makes it. No method: one that osler does not speak, such as PATCH.
  [[nodiscard]] Match match(std::optional<Method> method, std::string_view path) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Slots {
    std::array<std::size_t, kMethods> of{kNone, kNone, kNone, kNone, kNone};
  };
  struct Node;
  struct Search;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  [[nodiscard]] Result<void> place(std::size_t index);
  bool descend(const Node& node, std::size_t depth, Search& search) const;
  static bool accept(const Slots& slots, Search& search);

  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> names_;  // of each route's parameters
  std::unordered_map<std::string, Slots, Hash, std::equal_to<>> fixed_;  // patterns without any
  std::unique_ptr<Node> root_;
  std::optional<Error> fault_;
};

}  // namespace osler::serve::http
