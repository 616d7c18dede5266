#include "agenda.hpp"

#include <algorithm>

namespace leadlight::geometry {

namespace {

constexpr double least_in_part = 64.0, seconds_of_part = 0.005;  // a hundred times what it costs to take one
constexpr double memory = 16.0;                                  // parts that are learnt from, about

}  // namespace

Agenda::Agenda(std::int64_t most_in_part, std::int64_t window)
    : most_in_part_(double(most_in_part)), window_(double(window)), work_(1.0), cells_(1.0), seconds_(1e-5) {
    parts_.push_back({Part::State::taken, {nullptr, 1.0}, nullptr});
}

double Agenda::thought(const Part &part) const { return std::max(1.0, part.planned.work * cells_ / work_); }

double Agenda::part() const { return std::clamp(seconds_of_part * cells_ / seconds_, least_in_part, most_in_part_); }

// The first node that waits, if it may be taken; else the end, and whether there will be none any more.
Agenda::Place Agenda::find(bool &is_over) {
    double before = 0.0;
    is_over = true;
    for (Place place = parts_.begin(); place != parts_.end(); ++place) {
        const Part &part = *place;
        if (part.state == Part::State::found) {
            before += double(part.cells->n_cells());
            continue;
        }
        is_over = false;
        if (part.state == Part::State::taken) {
            before += thought(part);
            continue;
        }
        const bool is_wanted = place == parts_.begin();  // by the one that hands out, who has nothing else
        const bool is_near = before < window_ && waiting_cells_ + n_taken_ * most_in_part_ < window_;
        return is_wanted || is_near ? place : parts_.end();
    }
    return parts_.end();
}

bool Agenda::take(Place &place, std::size_t &enough) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        bool is_over;
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

void Agenda::stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    to_do_.notify_all();
    to_hand_out_.notify_all();
}

}  // namespace leadlight::geometry
