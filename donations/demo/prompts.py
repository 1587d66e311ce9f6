"""What the demo paper asks for, in its three languages."""

from datetime import datetime, timedelta

from donations.models import Campaign, Placement, Prompt
from donations.models.campaign import GoalKind
from newsroom.pagecache import purge

# In dollars' cents: what a month of the paper costs, and what readers are offered.
GOAL = 1_000_00
MONTHLY = [2_00, 5_00, 10_00, 25_00]
YEARLY = [25_00, 60_00, 120_00, 250_00]
ONCE = [10_00, 25_00, 50_00, 150_00]

PURPOSE = """\
It pays three reporters at home whom we cannot name, two editors who check what they send, the \
post, the servers, and a lawyer on the days when we need one.

There is no advertising here and no owner. Two thirds of what it costs comes from readers who \
give a few dollars a month."""

ENGLISH = {
    Placement.BANNER: {
        "headline": "A newspaper without advertising",
        "text": "Nobody pays us to print or not to print. Since 1 July we carry no advertisements "
        "at all, and that costs us $1,000 a month. Your support fills the gap.",
        "second_line": "Our journalism is banned at home.",
    },
    Placement.ARTICLE_END: {
        "headline": "… we have a small favour to ask",
        "text": "You have read this story because somebody carried it across the water. In Velmora "
        "our pages may not be printed, sent or kept, and whoever writes for us does so without "
        "a name. We go on all the same.\n\nYour support, no matter how small, decides how much "
        "of it we can do.",
        "more": "We have no owner, no advertisements and no subscribers’ wall: what we print is "
        "open to everyone, above all to those at home who must not be seen paying for it. That "
        "leaves those who can.\n\nIf you can, please support us monthly, starting from $2. It is "
        "quick to set up, and you can change or stop it whenever you like. Thank you.",
    },
    Placement.FRONT_STRIP: {
        "headline": "This page is open to everyone because some pay for it",
        "text": "Two dollars a month is enough to keep one reporter’s telephone working.",
    },
    Placement.SECTION_STRIP: {
        "headline": "Reporting that nobody owns",
        "text": "It is paid for by readers who give a few dollars a month.",
    },
    Placement.FOOTER: {
        "headline": "The Packet lives on its readers",
        "text": "No owner, no advertisements, no wall. From $2 a month.",
    },
}
RUSSIAN = {
    Placement.BANNER: {
        "headline": "Газета без рекламы",
        "text": "Никто не платит нам за то, что мы печатаем или о чём молчим. С 1 июля у нас "
        "совсем нет рекламы, и это стоит нам 1000 долларов в месяц.",
        "second_line": "Дома наша журналистика под запретом.",
        "button": "Поддержать",
    },
    Placement.ARTICLE_END: {
        "headline": "…у нас есть небольшая просьба",
        "text": "Вы прочли этот текст, потому что кто-то переправил его через воду. Дома наши "
        "страницы нельзя ни печатать, ни пересылать, ни хранить. Мы всё равно работаем.\n\n"
        "Любая помощь, даже самая маленькая, решает, сколько мы сможем сделать.",
        "more": "У нас нет хозяина, рекламы и платного доступа: всё, что мы печатаем, открыто "
        "всем. Если вы можете, поддержите нас ежемесячно — от 2 долларов. Сумму можно "
        "изменить или остановить в любой момент. Спасибо.",
        "button": "Поддержать",
    },
}
ARABIC = {
    Placement.BANNER: {
        "headline": "صحيفة بلا إعلانات",
        "text": "لا أحد يدفع لنا كي ننشر أو كي نصمت. منذ الأول من يوليو لا إعلانات لدينا إطلاقًا، "
        "وهذا يكلّفنا 1000 دولار شهريًا. دعمكم يسدّ هذا الفراغ.",
        "second_line": "صحافتنا محظورة في الوطن.",
        "button": "ادعمونا",
    },
    Placement.ARTICLE_END: {
        "headline": "… لنا عندكم رجاء صغير",
        "text": "قرأتم هذه القصة لأن أحدًا حملها عبر الماء. في الوطن يُمنع طبع صفحاتنا وإرسالها "
        "والاحتفاظ بها، ونحن نواصل العمل رغم ذلك.\n\nدعمكم، مهما كان صغيرًا، يقرّر كم نستطيع أن نفعل.",
        "more": "لا مالك لنا ولا إعلانات ولا اشتراك مدفوع: ما ننشره مفتوح للجميع. إن استطعتم، "
        "فادعمونا شهريًا ابتداءً من دولارين. يمكنكم تغيير المبلغ أو إيقافه متى شئتم. شكرًا لكم.",
        "button": "ادعمونا",
    },
}
# A prompt meant for one language goes before one that is meant for all.
EDITIONS: tuple[tuple[dict[Placement, dict[str, str]], list[str], int], ...] = (
    (ENGLISH, [], 0),
    (RUSSIAN, ["ru"], 10),
    (ARABIC, ["ar"], 10),
)


def write(at: datetime) -> Campaign:
    campaign = Campaign.objects.create(
        name="What a month costs",
        goal_kind=GoalKind.MONTHLY,
        goal_minor=GOAL,
        currency="usd",
        monthly_amounts=MONTHLY,
        yearly_amounts=YEARLY,
        once_amounts=ONCE,
        suggested_position=1,
        purpose=PURPOSE,
        starts_at=at - timedelta(days=75),
    )
    Prompt.objects.bulk_create(
        Prompt(
            campaign=campaign,
            placement=placement,
            languages=languages,
            priority=priority,
            is_live=True,
            **words,
        )
        for texts, languages, priority in EDITIONS
        for placement, words in texts.items()
    )
    purge("support")
    return campaign
