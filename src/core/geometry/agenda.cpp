#include "agenda.hpp"

#include <algorithm>

namespace leadlight::geometry {

namespace {

constexpr double least_in_part = 64.0, seconds_of_part = 0.005;  // a hundred times what it costs to take one
constexpr double memory = 16.0;  // parts that are learnt from, about

}  // namespace

Agenda::Agenda(std::int64_t most_in_part, std::int64_t window)
    : most_in_part_(double(most_in_part)), window_(double(window)), work_(1.0), cells_(1.0), seconds_(1e-5) {
    parts_.push_back({Part::State::taken, {nullptr, 1.0}, nullptr});
}

double Agenda::thought(const Part &part) const { return std::max(1.0, part.planned.work * cells_ / work_); }

double Agenda::part() const { return std::clamp(seconds_of_part * cells_ / seconds_, least_in_part, most_in_part_); }

// The first node that may be taken; the end if none may now, or, if all is over, ever.
Agenda::Place Agenda::find(bool &is_over) {
    double before = 0.0;
    bool is_first = true;
    for (Place place = parts_.begin(); place != parts_.end(); ++place) {
        Part &part = *place;
        if (part.state == Part::State::found) {
            before += double(part.cells->n_cells());
            continue;
        }
        if (part.state == Part::State::taken) {
            before += thought(part);
        } else if (is_first || (before < window_ && waiting_cells_ + n_taken_ * most_in_part_ < 2.0 * window_)) {
            return place;
        } else {
            return parts_.end();
        }
        is_first = false;
    }
    is_over = is_first;
    return parts_.end();
}

bool Agenda::take(Place &place, std::size_t &enough) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        bool is_over = false;
        if (stopped_) return false;
        place = find(is_over);
        if (place != parts_.end()) break;
        if (is_over) return false;
        to_do_.wait(lock);
    }
    const bool split = thought(*place) > part() && !place->planned.task->candidates.empty();
    enough = split ? 0 : std::size_t(2.0 * part());
    place->state = Part::State::taken;
    ++n_taken_;
    return true;
}

void Agenda::replace(Place place, std::unique_ptr<Growing> cells, std::vector<Planned> rest, double seconds) {
    const std::lock_guard<std::mutex> lock(mutex_);
    --n_taken_;
    if (cells) {
        double work = place->planned.work;
        for (const Planned &left : rest) work -= left.work;
        learn(std::max(work, 0.02 * place->planned.work), double(cells->n_cells()), seconds);
        waiting_cells_ += double(cells->n_cells());
        place->state = Part::State::found;
        place->cells = std::move(cells);
        place->planned.task.reset();
        ++place;
    } else {
        place = parts_.erase(place);
    }
    for (Planned &planned : rest) parts_.insert(place, Part{Part::State::waiting, std::move(planned), nullptr});
    to_do_.notify_all();
    to_hand_out_.notify_one();
}

// The latest count, neighbours of those to come.
void Agenda::learn(double work, double cells, double seconds) {
    work_ += work;
    cells_ += cells;
    seconds_ += seconds;
    if (seconds_ > memory * seconds_of_part || cells_ > memory * most_in_part_)
        for (double *sum : {&work_, &cells_, &seconds_}) *sum /= 2.0;
}

std::unique_ptr<Growing> Agenda::spare() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (spares_.empty()) return std::make_unique<Growing>();
    std::unique_ptr<Growing> last = std::move(spares_.back());
    spares_.pop_back();
    return last;
}

Agenda::Next Agenda::next(std::unique_ptr<Growing> &cells, Clock::time_point until) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto there = [this] { return stopped_ || parts_.empty() || parts_.front().state == Part::State::found; };
    if (!to_hand_out_.wait_until(lock, until, there)) return Next::nothing_yet;
    if (stopped_ || parts_.empty()) return Next::end;
    cells = std::move(parts_.front().cells);
    parts_.pop_front();
    waiting_cells_ -= double(cells->n_cells());
    to_do_.notify_all();
    return Next::cells;
}

void Agenda::give_back(std::unique_ptr<Growing> cells) {
    cells->starts.truncate(0);
    cells->points.truncate(0);
    cells->patterns.truncate(0);
    cells->maps.truncate(0);
    const std::lock_guard<std::mutex> lock(mutex_);
    spares_.push_back(std::move(cells));
}

void Agenda::stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    to_do_.notify_all();
    to_hand_out_.notify_all();
}

}  // namespace leadlight::geometry
