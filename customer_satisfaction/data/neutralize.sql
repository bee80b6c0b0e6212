-- invitations that wait to be sent do not go out from a copy
UPDATE mail_mail
   SET state = 'cancel'
  FROM mail_message, survey_user_input, survey_survey
 WHERE mail_message.id = mail_mail.mail_message_id
   AND mail_message.model = 'survey.user_input'
   AND mail_message.res_id = survey_user_input.id
   AND survey_survey.id = survey_user_input.survey_id
   AND survey_survey.is_satisfaction
   AND mail_mail.state IN ('outgoing', 'exception');
