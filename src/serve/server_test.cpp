#include "serve/server.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "serve/invented_programme.h"

namespace firmground::serve {
namespace {

std::unique_ptr<Server> start() {
  ServerOptions options;
  options.port = 0;
  auto server = Server::start(std::make_unique<HeldSource>(ProgrammeContent{invented_snapshot(), {}, {}}), options);
  EXPECT_TRUE(server);
  return *std::move(server);
}

struct Answer {
  Poco::Net::HTTPResponse response;
  std::string body;
};

void ask(int port, const std::string& method, const std::string& target, Answer& answer,
         const std::string& accept_encoding = {}) {
  Poco::Net::HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(port));
  Poco::Net::HTTPRequest request(method, target, Poco::Net::HTTPMessage::HTTP_1_1);
  if (!accept_encoding.empty()) {
    request.set("Accept-Encoding", accept_encoding);
  }
  session.sendRequest(request);
  Poco::StreamCopier::copyToString(session.receiveResponse(answer.response), answer.body);
}

TEST(Server, AnswersWithSecurityHeadersOnLoopback) {
  const auto server = start();
  EXPECT_TRUE(server->warning().empty());
  Answer answer;
  ask(server->port(), "GET", "/health", answer);
  EXPECT_EQ(answer.response.getStatus(), 200);
  EXPECT_EQ(nlohmann::json::parse(answer.body).at("status"), "ok");
  EXPECT_EQ(answer.response.get("X-Content-Type-Options"), "nosniff");
  const std::string policy = answer.response.get("Content-Security-Policy");
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
  EXPECT_EQ(answer.response.get("Cache-Control"), "no-cache");
  EXPECT_FALSE(answer.response.get("ETag").empty());
}

TEST(Server, HeadGivesTheLengthWithoutTheBody) {
  const auto server = start();
  Answer get;
  ask(server->port(), "GET", "/api/programme", get);
  Answer head;
  ask(server->port(), "HEAD", "/api/programme", head);
  EXPECT_EQ(head.response.getStatus(), 200);
  EXPECT_TRUE(head.body.empty());
  EXPECT_EQ(head.response.getContentLength64(), static_cast<Poco::Int64>(get.body.size()));
}

TEST(Server, ATileIsCompressedAndAnEmptyOneHasNoBody) {
  const auto server = start();
  Answer tile;
  ask(server->port(), "GET", "/tiles/hazards/0/0/0.mvt", tile, "gzip");
  EXPECT_EQ(tile.response.getStatus(), 200);
  EXPECT_EQ(tile.response.get("Content-Encoding"), "gzip");
  Answer empty;
  ask(server->port(), "GET", "/tiles/hazards/5/0/0.mvt", empty, "gzip");
  EXPECT_EQ(empty.response.getStatus(), 204);
  EXPECT_TRUE(empty.body.empty());
}

TEST(Server, ABusyPortIsSaidWithARemedy) {
  const auto first = start();
  ServerOptions options;
  options.port = first->port();
  const auto second =
      Server::start(std::make_unique<HeldSource>(ProgrammeContent{invented_snapshot(), {}, {}}), options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().id, "serve.port_busy");
  EXPECT_NE(second.error().remedy.find("--port " + std::to_string(first->port() + 1)), std::string::npos);
}

TEST(Server, ServingBeyondThisMachineIsWarnedOf) {
  ServerOptions options;
  options.port = 0;
  options.bind = "0.0.0.0";
  const auto server =
      Server::start(std::make_unique<HeldSource>(ProgrammeContent{invented_snapshot(), {}, {}}), options);
  ASSERT_TRUE(server);
  EXPECT_NE((*server)->warning().find("no sign-in"), std::string::npos);
  options.bind = "not an address";
  EXPECT_EQ(
      Server::start(std::make_unique<HeldSource>(ProgrammeContent{invented_snapshot(), {}, {}}), options).error().id,
      "serve.port_refused");
}

TEST(Server, RawNonsenseDoesNotStopIt) {
  const auto server = start();
  for (const std::string& text :
       {std::string("GET\r\n\r\n"), std::string("\0\1\2\3", 4), "GET /" + std::string(100'000, 'a'),
        std::string("POST /api/programme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\nx")}) {
    try {
      Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(server->port())));
      socket.sendBytes(text.data(), static_cast<int>(text.size()));
      socket.shutdownSend();
      char buffer[1000];
      socket.receiveBytes(buffer, sizeof buffer);
    } catch (const Poco::Exception&) {
      // it may hang up on us
    }
  }
  Answer answer;
  ask(server->port(), "GET", "/health", answer);
  EXPECT_EQ(answer.response.getStatus(), 200);
}

TEST(Server, ManyReadersAtOnceGetTheSameAnswer) {
  const auto server = start();
  std::vector<std::string> bodies(8);
  std::vector<std::thread> readers;
  for (std::string& body : bodies) {
    readers.emplace_back([&body, port = server->port()] {
      for (const char* target : {"/tiles/hazard/probability_any/9/328/188.png", "/api/situation", "/api/programme"}) {
        Answer answer;
        ask(port, "GET", target, answer);
        body += answer.body;
      }
    });
  }
  for (std::thread& reader : readers) {
    reader.join();
  }
  for (const std::string& body : bodies) {
    EXPECT_EQ(body, bodies[0]);
  }
}

}  // namespace
}  // namespace firmground::serve
