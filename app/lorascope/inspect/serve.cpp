#include "app/lorascope/inspect/serve.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/base/error.h"

namespace lorascope::app::inspect {
namespace {

/// Questions between the thread that reads them and the one that answers.
class Questions {
 public:
  void add(Json question) {
    const std::lock_guard lock(mutex_);
    if (question.is_object() && question.contains("cancel")) {
      withdrawn_.insert(question.at("cancel").dump());
      return;
    }
    waiting_.push_back(std::move(question));
    added_.notify_one();
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    added_.notify_one();
  }

  /// False after the last.
  bool next(Json& question) {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return false;
    question = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
  }

  bool is_withdrawn(const Json& id) const {
    const std::lock_guard lock(mutex_);
    return withdrawn_.count(id.dump()) != 0;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::deque<Json> waiting_;
  std::set<std::string> withdrawn_;
  bool ended_ = false;
};

Json error_json(const std::string& message, const std::string& hint) {
  return {{"message", message}, {"hint", hint}};
}

Json answer_line(Inspector& inspector, const Json& question, const Questions& questions) {
  if (question.is_discarded())
    return {{"id", nullptr}, {"error", error_json("found a line that is no JSON", "send one JSON object a line")}};
  Json line = {{"id", question.is_object() && question.contains("id") ? question.at("id") : Json(nullptr)}};
  const Json& id = line.at("id");
  const Withdrawn withdrawn = [&] { return questions.is_withdrawn(id); };
  try {
    if (withdrawn()) throw Interrupted("withdrawn");
    line["answer"] = inspector.answer(question, withdrawn);
  } catch (const Interrupted&) {
    line["cancelled"] = true;
  } catch (const InputError& error) {
    std::string text = error.message();
    for (const Problem& problem : error.problems()) {
      if (text.find(problem.to_text()) == std::string::npos) text += "\n" + problem.to_text();
    }
    line["error"] = error_json(text, error.hint());
  } catch (const Error& error) {
    line["error"] = error_json(error.message(), error.hint());
  } catch (const std::exception& error) {
    line["error"] = error_json(error.what(), "");
  }
  return line;
}

}  // namespace

void serve(Inspector& inspector, std::istream& in, std::ostream& out) {
  Questions questions;
  std::thread reader([&] {
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) questions.add(Json::parse(line, nullptr, false));
    questions.end();
  });
  Json question;
  while (questions.next(question))
    out << answer_line(inspector, question, questions).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  reader.join();
}

}  // namespace lorascope::app::inspect
