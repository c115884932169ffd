"""Calls and labels of outlets in more languages are cut; sentences that hold the same words stay."""

from __future__ import annotations

import pytest
from tests.unit.clean.article import cut_of

from tearsheet.model import Block

CALLS = {
    "bg": """
        Последвайте ни във Фейсбук и Инстаграм
        Абонирайте се за нашия бюлетин и получавайте новините по имейл.
        Прочетете още: Мостът край Белица остава затворен
        Снимка: Община Белица
        Реклама
        Всички права запазени.
    """,
    "fa": """
        ما را در تلگرام دنبال کنید
        برای دریافت اخبار در خبرنامه ما مشترک شوید
        بیشتر بخوانید: پل قدیمی بسته ماند
        عکس: شهرداری
        اشتراک گذاری
        انتهای پیام/
    """,
    "he": """
        עקבו אחרינו בפייסבוק
        הירשמו לניוזלטר וקבלו את החדשות ישר למייל
        קראו גם: הגשר נשאר סגור עד יוני
        צילום: דוברות העירייה
        פרסומת
        כל הזכויות שמורות
    """,
    "hi": """
        हमें फेसबुक और यूट्यूब पर फॉलो करें
        ताजा खबरों के लिए हमारा ऐप डाउनलोड करें
        यह भी पढ़ें: पुल जून तक बंद रहेगा
        फोटो: जिला प्रशासन
        विज्ञापन
    """,
    "hu": """
        Iratkozzon fel hírlevelünkre, és kapja meg reggelente a híreket.
        Kövessen minket a Facebookon is!
        Fizessen elő, és támogassa lapunkat!
        Kapcsolódó: A híd júniusig zárva marad
        Fotó: Városháza
        Hirdetés
    """,
    "ko": """
        네이버에서 한강일보를 구독하세요
        이 기사는 유료회원만 볼 수 있습니다
        문가람 기자 garam@hangangilbo.example
        저작권자 © 한강일보 무단전재 및 재배포 금지
        사진=솔내시 제공
        관련기사
    """,
    "ro": """
        Abonează-te la newsletter și primește știrile pe e-mail.
        Poți redirecționa 3,5% din impozitul tău către redacție.
        Urmărește-ne pe Facebook și Instagram.
        Citește și: Podul rămâne închis până în iunie
        Foto: Primăria
        Publicitate
    """,
    "vi": """
        Theo dõi chúng tôi trên Facebook
        Xem thêm: Cầu treo đóng đến tháng sáu
        Ảnh: Ủy ban xã
        Quảng cáo
        Tin liên quan
    """,
    "no": """
        Les hele saken med abonnement
        Allerede abonnent? Logg inn
    """,
    "fi": """
        Lataa sovelluksemme ja saat uutiset puhelimeesi.
    """,
}
PROSE = {
    "bg": """
        Следете дирите в снега, съветва лесничеят, и ще стигнете до чешмата.
        Рекламата в трамваите е забранена от 2019 година.
        Абонатите на операта са платили с дванайсет процента повече.
        Коментарите на министъра бяха изтрити още същата вечер.
    """,
    "fa": """
        شهردار گفت که تبلیغات در اتوبوس‌ها از سال آینده ممنوع می‌شود.
        خبرنامه باشگاه قایقرانی یک روز پیش از همه از سیل خبر داده بود.
        پلیس دو نفر را در میدان دنبال کرد و هر دو را گرفت.
    """,
    "he": """
        הפרסומת בחשמליות נאסרה בשנת 2019, והתושבים שמחו.
        המנויים של האופרה שילמו השנה שנים עשר אחוזים יותר.
        השוטרים עקבו אחרי המכונית עד לנמל.
    """,
    "hi": """
        ट्रामों में विज्ञापन पर 2019 से रोक है, मंत्री ने कहा।
        नाविक क्लब के अखबार ने बाढ़ की खबर एक दिन पहले दी थी।
        पुलिस ने कार का बंदरगाह तक पीछा किया।
    """,
    "hu": """
        A villamosokon 2019 óta tilos a hirdetés, közölte a városháza.
        Az opera előfizetői tizenkét százalékkal fizettek többet az idén.
        Kövesse a folyót délre, és egy mérföld után meglátja a tornyokat.
        A hírlevelet a csónakázók egyesülete egy nappal az ár előtt küldte szét.
        Megosztás helyett eladták a tavat, mondta a polgármester.
    """,
    "ko": """
        전차 안의 광고는 2019년부터 금지됐다고 시가 밝혔다.
        오페라 구독자들은 올해 12퍼센트를 더 냈다.
        기자 세 명이 그 자리에서 질문을 이어 갔다.
    """,
    "ro": """
        Publicitatea în tramvaie este interzisă din 2019, a anunțat primăria.
        Puteți dona sânge la centrul din port în fiecare joi dimineața.
        Abonații operei au plătit anul acesta cu doisprezece la sută mai mult.
        Urmărește râul spre sud și ajungi la rafinărie, spunea bunicul.
    """,
    "vi": """
        Quảng cáo trên tàu điện bị cấm từ năm 2019, chính quyền cho biết.
        Theo dõi dòng sông về phía nam, người ta thấy tháp của nhà máy cũ.
        Chia sẻ hồ nước giữa ba xã đã mất mười một năm kiện tụng.
    """,
    "no": """
        Abonnentene i operaen betalte tolv prosent mer i år, opplyste huset.
        Les hele dommen før du roper, sa advokaten til forsamlingen.
    """,
    "fi": """
        Lataamalla aseen hän teki rikoksen, totesi oikeus perjantaina.
        Tilaajat maksoivat oopperasta tänä vuonna kaksitoista prosenttia enemmän.
    """,
}


def _lines(texts: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, line.strip()) for language, text in texts.items() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("language", "line"), _lines(CALLS))
def test_a_call_is_cut(language: str, line: str) -> None:
    assert cut_of(Block(kind="paragraph", text=line), language=language, title=None) is not None


@pytest.mark.parametrize(("language", "line"), _lines(PROSE))
def test_a_sentence_with_the_same_words_stays(language: str, line: str) -> None:
    assert cut_of(Block(kind="paragraph", text=line), language=language, title=None) is None
