#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/core/flat_buffer.hpp>

#include "serve/http/internal/loop.h"
#include "serve/http/internal/net.h"
#include "serve/http/internal/parser.h"
#include "serve/http/internal/spool.h"

namespace osler::serve::http {

// A request on its way through a worker. The connection may give up on it and go on; the worker
// then still holds it, and what it makes of it is dropped.
struct Exchange {
  Request request;
  const Route* route = nullptr;
  std::unique_ptr<Spool> spool;
  std::atomic<bool> abandoned{false};
};

// An answer, ready to be sent.
struct Answer {
  Response response;
  std::optional<OpenFile> file;
  std::string trouble;  // for the log; empty: none
};

// One connection: reads a request, has it answered, writes the answer, begins again. One thing at a
// time, so pipelined requests are answered in order, and a client that does not read its answers is
// not read from either.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, Socket socket, std::shared_ptr<asio::ssl::context> tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  void close();
  // The loop's clock has passed deadline().
  void on_deadline();
  [[nodiscard]] Time deadline() const { return deadline_; }
  // No part of a request has come that is not answered.
  [[nodiscard]] bool is_idle() const;
  // Since when it keeps us waiting for a request; the far future while there is one.
  [[nodiscard]] Time waiting_since() const;

  [[nodiscard]] std::size_t place() const { return place_; }
  void set_place(std::size_t place) { place_ = place; }

 private:
  enum class Phase : std::uint8_t {
    Handshake,
    Idle,    // between requests
    Head,    // a request's header is coming
    Body,    // its body is coming
    Store,   // a piece of the body goes to disk
    Work,    // guard or handler are at it
    Write,   // the answer goes out
    Fetch,   // a piece of a file comes from disk
    Linger,  // the answer is out; what the client still sends is thrown away
    Closed,
  };
  enum class Stage : std::uint8_t { Ask, AskAndHandle, Handle };  // ask: the guard

  // connection.cpp: bytes in, bytes out.
  template <typename Handler>
  void read_some(std::size_t most, Handler handler);
  template <typename Buffers, typename Handler>
  void write_some(const Buffers& buffers, Handler handler);
  void read();
  void on_read(const Failure& failed, std::size_t size);
  void next_request();
  void read_head();
  void write();
  void on_written(const Failure& failed, std::size_t size);
  void fetch();
  void finish_answer();
  void record();
  void linger();
  void drain();
  void enter(Phase phase, std::chrono::milliseconds time);
  void expire(Counter& counter);

  // exchange.cpp: what a request goes through.
  void begin_exchange();
  void route_request();
  void start_body();
  void send_continue();
  void read_body();
  [[nodiscard]] bool charge_memory();
  void store();
  void on_stored(const std::shared_ptr<Exchange>& exchange, const Result<void>& stored);
  void body_done();
  void answer_inline();
  void submit(Stage stage);
  void work(const std::shared_ptr<Exchange>& exchange, Stage stage);
  void on_worked(const std::shared_ptr<Exchange>& exchange, std::optional<Answer> answer);
  void refuse(const Refusal& refusal);
  // Makes it fit this request, then sends it.
  void respond(Response response);
  void send(Answer answer);
  void set_body_deadline();

  Loop& loop_;
  Shared& shared_;
  Socket socket_;
  std::shared_ptr<asio::ssl::context> tls_context_;
  std::optional<TlsStream> tls_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestParser> parser_;
  std::shared_ptr<Exchange> exchange_;
  Target target_;
  std::string remote_;

  Phase phase_ = Phase::Idle;
  Time deadline_ = Time::max();
  Time phase_began_;
  Time request_began_;
  Time body_began_;
  bool expired_ = false;  // a read was cut off by its deadline
  bool keep_ = true;      // another request may follow the answer

  std::string body_;  // what has come and is neither stored nor handed over
  std::uint64_t charged_ = 0;

  Answer answer_;
  std::string out_;                // head, and the body where it is small
  std::string_view out_body_;      // the rest in memory
  std::string piece_;              // of a file
  std::uint64_t file_offset_ = 0;  // of the next piece
  std::size_t written_ = 0;        // of out_ and out_body_
  std::uint64_t written_all_ = 0;  // of the whole answer
  std::uint64_t head_length_ = 0;
  std::uint64_t body_length_ = 0;

  std::string id_;
  std::string_view method_text_;
  std::size_t route_index_ = 0;
  std::size_t place_ = 0;
};

}  // namespace osler::serve::http
