#pragma once

#include <QImage>
#include <QWidget>

namespace lorascope::ui {

/// A picture on paper, as large as there is room for; or a sentence instead.
class PicturePreview : public QWidget {
  Q_OBJECT

 public:
  explicit PicturePreview(QWidget* parent = nullptr);
  void setPicture(const QImage& picture);
  void setSentence(const QString& sentence);
  const QImage& picture() const { return picture_; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QImage picture_;
  QString sentence_;
};

}  // namespace lorascope::ui
