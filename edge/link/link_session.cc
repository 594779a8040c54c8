#include "edge/link/link_session.h"

#include <thread>
#include <utility>

#include "common/grpc_status/grpc_status.h"

namespace fluxcascade::edge {

LinkSession::LinkSession(std::shared_ptr<grpc::Channel> channel, const LinkedEdge& edge,
                         const Clock& clock, Waker& waker)
    : stub_(v1::EdgeLinkService::NewStub(std::move(channel))),
      clock_(clock),
      waker_(waker),
      notices_(edge.notices),
      conversation_(edge) {}

absl::Status LinkSession::Run() {
  const std::unique_ptr<Stream> stream = stub_->Connect(&context_);
  std::thread reader;
  if (stream->Write(conversation_.Hello())) {
    reader = std::thread([this, &stream] { ReadUntilEnd(*stream); });
    WriteUntilEnd(*stream);
    // If it does not get there, the control plane learns it when the edge connects again.
    if (waker_.stopped() && !ended_) stream->Write(conversation_.LastWords(clock_.Now()));
  }
  const bool stopping = waker_.stopped();
  stream->WritesDone();
  if (reader.joinable()) reader.join();
  const absl::Status status = FromGrpc(stream->Finish());
  return stopping ? absl::OkStatus() : status;
}

void LinkSession::ReadUntilEnd(Stream& stream) {
  v1::ConnectResponse message;
  while (stream.Read(&message)) {
    if (!heard_.exchange(true)) {
      notices_.Log(LogLevel::kInfo, "the link to the control plane is up");
    }
    conversation_.Receive(message, clock_.Monotonic(), clock_.Now());
    waker_.Wake();
  }
  ended_ = true;
  waker_.Wake();
}

void LinkSession::WriteUntilEnd(Stream& stream) {
  while (!ended_) {
    const absl::Duration now = clock_.Monotonic();
    const LinkConversation::Turn turn = conversation_.TakeTurn(now, clock_.Now());
    if (!WriteTurn(stream, turn)) return;
    if (!waker_.WaitFor(turn.next - now)) return;
  }
}

bool LinkSession::WriteTurn(Stream& stream, const LinkConversation::Turn& turn) {
  bool written = true;
  for (const v1::ConnectRequest& message : turn.messages) {
    written = written && stream.Write(message);
    if (!written) conversation_.NotSent(message);
  }
  return written;
}

}  // namespace fluxcascade::edge
