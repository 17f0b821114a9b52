"""The parts around the stories of invented pages: threads, teasers, dialogs, boxes, menus."""

from html import escape

from tasks.training.invented_names import Markup
from tasks.training.invented_text import Writer


def plain(text: str) -> str:
    """Text as HTML."""
    return escape(text, quote=False)


class Parts:
    """Makes the parts of one page."""

    def __init__(self, write: Writer, marks: Markup) -> None:
        self.write = write
        self.marks = marks
        self.dice = write.dice
        self.ui = write.language.ui

    def thread(self, words: int) -> str:
        """Readers' comments of about that many words, in one of five systems; some are in elements without names."""
        dice, marks = self.dice, self.marks
        form = dice.choice(["list", "list", "nested", "flat", "forum", "coral"])
        anonymous = dice.random() < 0.18
        comments, so_far = [], 0
        while so_far < words:
            texts = [self.write.chat() for _ in range(dice.choice([1, 1, 1, 2, 3]))]
            so_far += sum(map(self._size, texts))
            comments.append(self._comment(form, texts, anonymous=anonymous))
        count = self.write.digits(str(len(comments)))
        heading = dice.choice(
            [f"{count} {self.ui['comments']}", self.ui["comments"], f"{self.ui['comments']} ({count})"]
        )
        tag = dice.choice(["h2", "h3", "div", "h4"])
        inside = "".join(comments)
        if form in ("list", "nested"):
            name = "" if anonymous or marks.style in ("none", "hashed", "utility") else ' class="commentlist"'
            inside = f"<ol{name}>{inside}</ol>"
        head = f"<{tag}>{plain(heading)}</{tag}>" if dice.random() < 0.9 else ""
        form_html = (
            f"<form><textarea></textarea><button>{plain(self.ui['reply'])}</button></form>"
            if dice.random() < 0.5
            else ""
        )
        html = head + inside + form_html
        return marks.part("comments", html, anonymous=anonymous, tag="div" if anonymous else None)

    def _size(self, text: str) -> int:
        return len(text.split()) if self.write.is_spaced else len(text) // 3

    def _comment(self, form: str, texts: list[str], *, anonymous: bool) -> str:
        dice, marks, write = self.dice, self.marks, self.write
        who, when = write.name(), f"{write.date()} {write.clock()}"
        if dice.random() < 0.5:
            who = who.split()[0].lower() + str(dice.randrange(100))
        body = "".join(f"<p>{plain(text)}</p>" for text in texts)
        if form in ("flat", "coral") and dice.random() < 0.5:
            body = f"<div>{'<br>'.join(map(plain, texts))}</div>"
        reply = marks.link(self.ui["reply"], "#respond") if dice.random() < 0.8 else ""
        by = marks.part("commenter", f"<b>{plain(who)}</b> {when}", tag="div", anonymous=anonymous)
        if form == "forum":
            return f"<table><tr><td>{plain(who)}</td><td>{body}{when}</td></tr></table>"
        if form == "coral":
            up = dice.randrange(40)
            return marks.part(
                "comment", f"{by}{body}<div><span>{up}</span> {reply}</div>", tag="div", anonymous=anonymous
            )
        inner = f"{by}{body}{reply}"
        if form == "nested" and dice.random() < 0.3:
            inner += f"<ul><li>{plain(write.name())} {when}<p>{plain(write.chat())}</p></li></ul>"
        tag = "li" if form in ("list", "nested") else dice.choice(["div", "article"])
        return marks.part("comment", inner, tag=tag, anonymous=anonymous)

    def teasers(self, count: int) -> str:
        """Cards of a headline, most with a sentence."""
        dice, marks, write = self.dice, self.marks, self.write
        tag = dice.choice(["article", "article", "li", "div", "div"])
        heading = dice.choice(["h2", "h3", "h3", "h4", "div", "p", "strong"])
        anonymous = dice.random() < 0.2
        few, has_kicker, has_date = (
            dice.choice([(0, 1), (1,), (1, 1, 2), (2, 3)]),
            dice.random() < 0.3,
            dice.random() < 0.4,
        )
        is_whole_link = dice.random() < 0.2
        cards = []
        for _ in range(count):
            title = write.headline()
            kicker = marks.part("kicker", plain(dice.choice(write.language.menu)), tag="span") if has_kicker else ""
            date = f"<time>{write.date()}</time>" if has_date else ""
            text = write.sentences(dice.choice(few))
            if text and dice.random() < 0.3:
                text = text.rstrip(".。।") + dice.choice(["…", " ...", " [...]"])
            below = f"<p>{plain(text)}</p>" if text else ""
            if is_whole_link:
                inner = (
                    f'<a href="/{dice.randrange(10**6)}">{kicker}<{heading}>{plain(title)}</{heading}>{below}{date}</a>'
                )
            else:
                inner = f"{kicker}<{heading}>{marks.link(title)}</{heading}>{date}{below}"
            cards.append(marks.part("teaser", inner, tag=tag, anonymous=anonymous))
        inside = "".join(cards)
        if tag == "li":
            inside = f"<ul>{inside}</ul>"
        head = f"<h2>{plain(self.ui['related'])}</h2>" if dice.random() < 0.75 else ""
        return marks.part("teasers", head + inside, anonymous=anonymous, tag="div" if anonymous else None)

    def ticker(self) -> str:
        """Headlines that begin with a clock."""
        dice, marks, write = self.dice, self.marks, self.write
        tag = dice.choice(["li", "p", "div"])
        items = []
        for _ in range(dice.randrange(5, 25)):
            clock, title = write.clock(), write.headline()
            text = f"{clock} {marks.link(title)}" if dice.random() < 0.6 else marks.link(f"{clock} {title}")
            items.append(f"<{tag}>{text}</{tag}>")
        inside = "".join(items)
        return marks.part("ticker", f"<ul>{inside}</ul>" if tag == "li" else inside)

    def most_read(self) -> str:
        """A numbered list of headlines."""
        marks, write = self.marks, self.write
        items = "".join(f"<li>{marks.link(write.headline())}</li>" for _ in range(self.dice.randrange(5, 11)))
        return marks.part("teasers", f"<h3>{plain(self.ui['most_read'])}</h3><ol>{items}</ol>")

    def slides(self) -> str:
        """Pictures of other stories, counted."""
        dice, write = self.dice, self.write
        total = dice.randrange(6, 31)
        items = [
            f"<div><span>{n}/{total}</span> <p>{plain(write.sentences(dice.choice([1, 1, 2])))}</p></div>"
            for n in range(1, total + 1)
        ]
        return self.marks.part("figure", "".join(items), tag="div")

    def consent(self, *, whole: bool = False) -> str:
        """A dialog about data, in sentences."""
        dice, language = self.dice, self.write.language
        sentences = list(language.cookie)
        if whole or dice.random() < 0.4:
            sentences += [
                language.newsletter if dice.random() < 0.3 else self.write.sentence()
                for _ in range(dice.randrange(1, 5))
            ]
        if dice.random() < 0.5:
            text = "".join(f"<p>{plain(one)}</p>" for one in sentences)
        else:
            text = f"<div>{plain(' '.join(sentences))}</div>"
        buttons = "".join(
            f"<{tag}>{plain(self.ui[key])}</{tag}>"
            for key in ("accept", "settings")
            for tag in [dice.choice(["button", "a"])]
        )
        extra = dice.choice([' role="dialog"', ' role="dialog" aria-modal="true"', ' role="alertdialog"', "", ""])
        return self.marks.part(
            "consent", f"{text}<div>{buttons}</div>", extra=extra, tag="div", anonymous=dice.random() < 0.25
        )

    def box(self, part: str) -> str:
        """A box of one to four sentences: newsletter, paywall, bio or promo."""
        dice, write = self.dice, self.write
        sentences = {"newsletter": [write.language.newsletter], "paywall": [write.language.paywall]}.get(
            part, [write.box()]
        )
        if part == "bio" and not write.language.grammar:
            sentences = [f"{write.name()} {write.sentence()}"]
        sentences += [write.box() for _ in range(dice.choice([0, 0, 1, 2]))]
        if dice.random() < 0.2:  # with nothing around it, as a paragraph of the story
            return "".join(f"<p>{plain(one)}</p>" for one in sentences)
        tag = dice.choice(["p", "p", "div", "em"])
        field = '<form><input type="email"></form>' if part == "newsletter" and dice.random() < 0.6 else ""
        head = f"<h3>{plain(write.headline())}</h3>" if dice.random() < 0.3 else ""
        inner = head + "".join(f"<{tag}>{plain(one)}</{tag} >".replace(" >", ">") for one in sentences) + field
        return self.marks.part(part, inner, anonymous=dice.random() < 0.2)

    def read_also(self) -> str:
        """A link to another story amid the text."""
        link = self.marks.link(self.write.headline())
        form = self.dice.choice(
            ["<p>{}: {}</p>", "<p><strong>{} &gt;</strong> {}</p>", "<div>{}<br>{}</div>", "<ul><li>{} {}</li></ul>"]
        )
        return form.format(plain(self.ui["read_also"]), link)

    def ad(self) -> str:
        """A place for an advertisement."""
        return self.marks.part("ad", f"<span>{plain(self.ui['ad'])}</span>", tag="div")

    def figure(self) -> str:
        """A picture with what it shows."""
        dice, write = self.dice, self.write
        text = write.sentence() if dice.random() < 0.6 else write.headline()
        credit = f" {self.ui['photo']}: {write.name()}" if dice.random() < 0.6 else ""
        tag, inner = ("figure", "figcaption") if self.marks.is_semantic else ("div", "p")
        caption = self.marks.part("caption", plain(text + credit), tag=inner)
        return self.marks.part("figure", f'<img src="/i/{dice.randrange(9999)}.jpg" alt="">{caption}', tag=tag)

    def menu(self) -> str:
        """The site's sections."""
        items = [
            *self.write.language.menu,
            *(self.write.upper(self.write.word()) for _ in range(self.dice.randrange(12))),
        ]
        if self.dice.random() < 0.6:
            inside = "<ul>" + "".join(f"<li>{self.marks.link(one)}</li>" for one in items) + "</ul>"
        else:
            inside = self.dice.choice([" | ", " ", " · "]).join(self.marks.link(one) for one in items)
        return self.marks.part("menu", inside)

    def share(self) -> str:
        """Buttons for networks."""
        names = self.dice.sample(["Facebook", "X", "WhatsApp", "E-Mail", "LinkedIn", "Telegram", "Print"], 4)
        links = "".join(f"<li>{self.marks.link(one)}</li>" for one in names)
        return self.marks.part("share", f"<span>{plain(self.ui['share'])}</span><ul>{links}</ul>", tag="div")

    def crumbs(self) -> str:
        """The breadcrumbs of the page."""
        menu = self.write.language.menu
        return self.marks.part(
            "crumbs", " &gt; ".join(self.marks.link(one) for one in (menu[0], self.dice.choice(menu[1:])))
        )

    def footer(self) -> str:
        """Links and a notice at the foot."""
        links = "".join(self.marks.link(one) + " " for one in self.write.language.menu)
        notice = f"<p>© 20{self.dice.randrange(10, 26)} {plain(self.write.name())}</p>"
        more = f"<p>{plain(self.write.box())}</p>" if self.dice.random() < 0.3 else ""
        return self.marks.part("footer", links + more + notice)

    def byline(self) -> str:
        """Who wrote it and when."""
        write = self.write
        by = f"{self.ui['by']} {write.name()}" if self.dice.random() < 0.7 else write.name()
        date = f"{write.date()} {write.clock()}"
        if self.dice.random() < 0.5:
            return self.marks.part("byline", f"{plain(by)} <time>{date}</time>")
        return self.marks.part("byline", plain(by)) + self.marks.part("date", date, tag="div")
