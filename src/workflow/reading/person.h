#pragma once

#include <string>

namespace osler::workflow::reading {

// Who does something, and from where: what the audit says.
struct Person {
  std::string name;
  std::string from;  // network address; empty: at this machine
};

}  // namespace osler::workflow::reading
