#include "ui/plots/copy_later.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QThreadPool>
#include <exception>
#include <utility>

namespace lorascope::ui {
namespace {

int num_asked = 0;  // of the window's thread

void put(const Copied& copied) {
  if (const auto* text = std::get_if<QString>(&copied)) {
    QGuiApplication::clipboard()->setText(*text);
  } else {
    QGuiApplication::clipboard()->setImage(std::get<QImage>(copied));
  }
}

}  // namespace

void copyLater(std::function<Copied()> make) {
  QThreadPool::globalInstance()->start([make = std::move(make), number = ++num_asked] {
    try {
      QMetaObject::invokeMethod(qApp, [copied = make(), number] {
        if (number == num_asked) put(copied);
      });
    } catch (const std::exception& error) {
      qWarning("nothing was copied: %s", error.what());
    }
  });
}

}  // namespace lorascope::ui
